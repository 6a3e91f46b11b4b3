"""Addresses are written once: for the handler that answers and for the links that lead there."""

import pytest

from api.urls.building import Address, local

DONOR_GIFT = Address("/donors/{donor_id:int}/gifts/{name:str}")


def test_an_address_is_its_handlers_path_and_its_own_links() -> None:
    assert DONOR_GIFT == "/donors/{donor_id:int}/gifts/{name:str}"
    assert DONOR_GIFT(5, "a/b ü") == "/donors/5/gifts/a%2Fb%20%C3%BC"
    assert Address("/donors")(q="张", school=None, kind="") == "/donors?q=%E5%BC%A0"


@pytest.mark.parametrize("values", [(), (5,), (5, "a", "b")])
def test_an_address_wants_all_its_values_and_no_more(values: tuple[object, ...]) -> None:
    with pytest.raises(TypeError, match="values"):
        DONOR_GIFT(*values)


def test_a_controller_says_the_beginning_of_its_addresses() -> None:
    assert DONOR_GIFT.below("/donors") == "/{donor_id:int}/gifts/{name:str}"
    assert DONOR_GIFT.below(DONOR_GIFT) == "/"
    with pytest.raises(ValueError, match="does not begin"):
        DONOR_GIFT.below("/donations")


@pytest.mark.parametrize("away", ["//elsewhere", "/\telsewhere", "/\\elsewhere", "https://a", None])
def test_a_link_leads_nowhere_but_here(away: str | None) -> None:
    assert local(away) == "/"
