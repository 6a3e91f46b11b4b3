"""Transfers over JSON: begin, send, receive, resolve, sign, bring back."""

from litestar.types import ControllerRouterHandler

from api.kit.forms import LONG_FORM_BYTES
from api.kit.noun_routes import NounRoutes
from core.permissions import EDIT_EQUIPMENT, READ_EQUIPMENT
from inventory import transfers
from inventory.transfers.reading import ORDERS

_routes = NounRoutes(
    "/transfers", "transfer", tags=("transfers",), read=READ_EQUIPMENT, write=EDIT_EQUIPMENT
)
ROUTES: list[ControllerRouterHandler] = [
    _routes.list(
        transfers.list_transfers,
        "What goes from school to school",
        "From and to your schools; what is not sent yet is its sender's alone.",
        orders=ORDERS,
    ),
    _routes.get(transfers.get_transfer, "A transfer with all its things"),
    _routes.create(
        transfers.create_transfer,
        "Put things aside for another school",
        "All of them or none: 409 names each that is handed out, in repair, booked, or on its way"
        " already. Until it is sent or called off nobody books them or hands them out.",
    ),
    _routes.step(
        "lines",
        transfers.add_to_transfer,
        "Put more things into a draft",
        "All of them or none. 409 once it is sent.",
        called="add",
    ),
    _routes.at(
        "DELETE /{transfer_id:int}/lines/{line_id:int}",
        transfers.take_from_transfer,
        "Take a thing out of a draft",
        "409 once it is sent.",
        operation="transfer_take_out",
        status=200,
    ),
    _routes.step(
        "sending",
        transfers.send_transfer,
        "Send it",
        "409 if it was sent or called off, or while a thing is in repair or monitored.",
        called="send",
    ),
    _routes.step(
        "cancellation",
        transfers.cancel_transfer,
        "Call off what is not received",
        "Everything stays where it is. 409 once it is received.",
        called="cancel",
    ),
    _routes.step(
        "receipt",
        transfers.receive_transfer,
        "Say what arrived",
        "By the receiving school, once (409): what is named changes its school, all else of it is in"
        " dispute.",
        called="receive",
        most_bytes=LONG_FORM_BYTES,
    ),
    _routes.at(
        "POST /{transfer_id:int}/lines/{line_id:int}/resolution",
        transfers.resolve_line,
        "Say what became of a thing that did not arrive",
        "The receiver says that it came later; the sender that it was never sent, or is lost. Once"
        " (409).",
        operation="transfer_line_resolve",
        status=200,
    ),
    _routes.at(
        "POST /{transfer_id:int}/extras/{extra_id:int}/resolution",
        transfers.resolve_extra,
        "Say what becomes of a thing that stood in no list",
        "Once (409). What was sent as well changes its school now.",
        operation="transfer_extra_resolve",
        status=200,
    ),
    _routes.step(
        "signature",
        transfers.sign_transfer,
        "Sign for one of the two schools",
        "Each once (409): the sender once it is sent, the receiver once it is received.",
        called="sign",
    ),
    _routes.step(
        "due-day",
        transfers.set_due_day,
        "Let a loan last until another day",
        "By the lending school. 409 if it is no loan, or over.",
        called="set_due_day",
    ),
    _routes.step(
        "return",
        transfers.begin_return,
        "Begin the way back of a loan",
        "By the school that has the things; gives the new draft. 409 names what is handed out or in"
        " repair.",
        called="begin_return",
    ),
]
