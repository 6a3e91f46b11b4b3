"""Addresses of what searches have found."""

from api.kit.addresses import Address

candidates = Address("/candidates")
add_certain_candidates = Address("/candidates/add-certain")
candidate = Address("/candidates/{candidate_id:int}")
add_candidate = Address("/candidates/{candidate_id:int}/add")
ignore_candidate = Address("/candidates/{candidate_id:int}/ignore")
take_back_candidate = Address("/candidates/{candidate_id:int}/take-back")
