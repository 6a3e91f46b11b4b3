"""Pictures made ready for formats that have no see-through parts."""

from PIL import Image


def on_white(image: Image.Image) -> Image.Image:
    """The picture in RGB, with white behind what is see-through."""
    if image.mode not in ("RGBA", "LA", "P", "PA"):
        return image.convert("RGB")
    clear = image.convert("RGBA")
    sheet = Image.new("RGB", clear.size, "white")
    sheet.paste(clear, mask=clear.getchannel("A"))
    return sheet
