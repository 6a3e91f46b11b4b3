"""What answers for sign in: the list that api.app takes in."""

from litestar.types import ControllerRouterHandler

from api.administration.sign_in.confirmation import confirm_password
from api.administration.sign_in.pages import (
    choose_first_password,
    do_sign_in,
    do_sign_out,
    show_first_password,
    show_sign_in,
)
from api.administration.sign_in.second_factor import (
    SecondFactorPages,
    do_second_step,
    show_second_step,
)

PAGES: list[ControllerRouterHandler] = [
    SecondFactorPages,
    choose_first_password,
    confirm_password,
    do_second_step,
    do_sign_in,
    do_sign_out,
    show_first_password,
    show_second_step,
    show_sign_in,
]
ROUTES: list[ControllerRouterHandler] = []
