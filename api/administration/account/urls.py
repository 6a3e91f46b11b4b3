"""Addresses of one's own account, its sessions and tokens."""

from api.kit.addresses import Address

account = Address("/account")
password = Address("/account/password")
end_session = Address("/account/sessions/{session_id:int}/end")
end_other_sessions = Address("/account/sessions/end-others")
tokens = Address("/account/tokens")
revoke_token = Address("/account/tokens/{token_id:int}/revoke")
