"""Addresses of signing in, of the second factor and of typing the password again."""

from api.kit.addresses import Address

sign_in = Address("/sign-in")
first_password = Address("/sign-in/first")
second_step = Address("/sign-in/code")
sign_out = Address("/sign-out")
confirm = Address("/account/confirm")
second_factor = Address("/account/second-factor")
begin_second_factor = Address("/account/second-factor/begin")
remove_second_factor = Address("/account/second-factor/remove")
recovery_codes = Address("/account/second-factor/recovery-codes")
reset_second_factor = Address("/people/{person_id:int}/second-factor/reset")
second_factor_rule = Address("/schools/{school_id:int}/second-factor")
