"""Brands that are written in Chinese or in Latin letters, so that both spellings of a model are one."""

from core.sheets import spelling_key

BRANDS: dict[str, tuple[str, ...]] = {
    "联想": ("lenovo", "聯想", "legend"),
    "惠普": ("hp", "hewlett-packard", "hewlett packard"),
    "戴尔": ("dell", "戴爾"),
    "华为": ("huawei", "華為"),
    "华硕": ("asus", "華碩"),
    "宏碁": ("acer", "宏基"),
    "苹果": ("apple", "蘋果"),
    "小米": ("xiaomi",),
    "三星": ("samsung",),
    "方正": ("founder",),
    "清华同方": ("tongfang", "同方"),
    "爱普生": ("epson", "愛普生"),
    "佳能": ("canon",),
    "兄弟": ("brother",),
    "理光": ("ricoh",),
    "京瓷": ("kyocera",),
    "奔图": ("pantum",),
    "明基": ("benq",),
    "索尼": ("sony",),
    "松下": ("panasonic",),
    "日立": ("hitachi",),
    "希沃": ("seewo",),
    "鸿合": ("hitevision",),
    "海康威视": ("hikvision",),
    "大华": ("dahua",),
    "新华三": ("h3c", "华三"),
    "锐捷": ("ruijie",),
    "思科": ("cisco",),
    "普联": ("tp-link", "tplink"),
    "山特": ("santak",),
    "乐高": ("lego", "樂高"),
    "童心制物": ("makeblock",),
    "大疆": ("dji",),
}

# The longest first: 清华同方 is not 同方 behind 清华.
ALIASES: dict[str, str] = dict(
    sorted(
        ((other, name) for name, others in BRANDS.items() for other in others),
        key=lambda one: -len(one[0]),
    )
)


def model_key(title: str) -> str:
    """The same for all spellings of a model, whatever language its brand is in."""
    return spelling_key(title, ALIASES)
