"""Addresses of photographs and papers."""

from api.kit.addresses import Address

asset_attachments = Address("/assets/{tag:str}/attachments")
asset_photos = Address("/assets/{tag:str}/photos")
asset_documents = Address("/assets/{tag:str}/documents")
asset_model_attachments = Address("/asset-models/{model_id:int}/attachments")
asset_model_photos = Address("/asset-models/{model_id:int}/photos")
asset_model_documents = Address("/asset-models/{model_id:int}/documents")
donation_attachments = Address("/donations/{donation_id:int}/attachments")
donation_photos = Address("/donations/{donation_id:int}/photos")
donation_documents = Address("/donations/{donation_id:int}/documents")
attachment = Address("/attachments/{attachment_id:int}")
remove_attachment = Address("/attachments/{attachment_id:int}/remove")
make_main_photo = Address("/attachments/{attachment_id:int}/main")
attachment_file = Address("/api/v1/attachments/{attachment_id:int}/file")
kit_part_attachments = Address("/kit-parts/{kit_part_id:int}/attachments")
kit_part_photos = Address("/kit-parts/{kit_part_id:int}/photos")
kit_part_documents = Address("/kit-parts/{kit_part_id:int}/documents")
transfer_attachments = Address("/transfers/{transfer_id:int}/attachments")
transfer_photos = Address("/transfers/{transfer_id:int}/photos")
transfer_documents = Address("/transfers/{transfer_id:int}/documents")
