"""Words in, resources out: the table of cases, the plan, and who sees what."""

import random
from pathlib import Path
from uuid import UUID

import pytest

from core import database
from core.access import Actor, Role
from storage import catalogue, resources, search
from storage.catalogue import Filters
from storage.ids import uuid7
from tests import factories, factories_library
from tests.conftest import Stack
from tests.factories_library import description, resource, teacher
from tests.storage import samples


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ("人教版数学", "人教 教版 版数 数学 学"),
        ("学", "学"),
        ("第3课 Scratch入门", "第 3 课 scratch 入门 门"),
        ("ＷｉＦｉ（无线）", "wifi 无线 线"),
        ("二〇二六年", "二〇 〇二 二六 六年 年"),
        ("人人们们𠀀字", "人人 人们 们们 们𠀀 𠀀字 字"),
        ("Café-ÉLAN 2.0", "café élan 2 0"),
        ("，。！", ""),
        ("", ""),
    ],
)
async def test_the_words_of_a_document(db: Stack, document: str, words: str) -> None:
    assert await database.fetch_value("SELECT search_words($1)", document) == words


@pytest.mark.parametrize(
    ("text", "phrases", "runs"),
    [
        ("数学", "(数学)", ()),
        ("学", "(学:*)", ()),
        ("函数图象", "(函数 <-> 数图 <-> 图象)", ("函数图象",)),
        ("七年级 Scratch", "(七年 <-> 年级) & (scratch:*)", ("七年级",)),
        ("Ｗｉｆｉ", "(wifi:*)", ()),
        ("'; DROP -- & | !", "(drop:*)", ()),
        ("：*<->", "", ()),
    ],
)
def test_the_words_of_a_query(text: str, phrases: str, runs: tuple[str, ...]) -> None:
    query = search.parse(text)
    assert (query.phrases, query.runs) == (phrases, runs)
    assert bool(query) is bool(phrases)


def test_initials_are_found_from_every_syllable_on() -> None:
    words = search.initials("人教版数学 Scratch").split()
    assert words == ["rjbsx", "jbsx", "bsx", "sx"]


async def drafted(actor: Actor, title: str, **more: object) -> UUID:
    made = await resources.create_resource(actor, actor.school_ids[0], description(title, **more))
    return made.id


TITLES = (
    "人教版七年级数学上册 有理数的加减法",
    "八年级物理 光的折射与透镜",
    "Scratch 3.0 编程入门：第一课 小猫走迷宫",
    "信息科技 物联网与WiFi传感器",
    "The Water Cycle 水循环",
    "重庆市地理 长江与嘉陵江",
)


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("数学", [0]),
        ("有理数", [0]),
        ("理数", [0]),
        ("数理", []),
        ("物理", [1]),
        ("折射 透镜", [1]),
        ("折射透镜", []),
        ("光", [1]),
        ("编程", [2]),
        ("scr", [2]),
        ("SCRATCH 入门", [2]),
        ("ratch", []),
        ("迷宫", [2]),
        ("wifi", [3]),
        ("ＷＩＦＩ", [3]),
        ("water", [4]),
        ("水循环", [4]),
        ("长江 地理", [5]),
        ("级", [0, 1]),
        # By the first letters of the pinyin, from any syllable on.
        ("gdzs", [1]),
        ("wlw", [3]),
        ("sxh", [4]),
    ],
)
async def test_titles_are_found_as_people_search(db: Stack, q: str, found: list[int]) -> None:
    actor = (await teacher()).actor
    for title in TITLES:
        await drafted(actor, title)
    page = await catalogue.list_resources(actor, Filters(q=q))
    assert sorted(item.title for item in page.items) == sorted(TITLES[n] for n in found)


async def test_every_piece_of_a_title_finds_it(db: Stack) -> None:
    actor, dice = (await teacher()).actor, random.Random(3)
    await drafted(actor, "浙教版九年级科学下册第四章物质的循环与能量转化")
    title = "浙教版九年级科学下册第四章物质的循环与能量转化"
    for _ in range(40):
        start = dice.randrange(len(title) - 1)
        piece = title[start : start + dice.randrange(1, 8)]
        assert (await catalogue.list_resources(actor, Filters(q=piece))).items, piece


async def test_the_title_counts_more_than_the_keywords_and_these_more_than_the_rest(
    db: Stack,
) -> None:
    actor = (await teacher()).actor
    await drafted(actor, "其他", abstract="这里讲浮力")
    await drafted(actor, "浮力")
    await drafted(actor, "又一个", keywords=["浮力"])
    page = await catalogue.list_resources(actor, Filters(q="浮力"))
    assert [item.title for item in page.items] == ["浮力", "又一个", "其他"]


async def test_words_inside_a_file_are_found_with_their_page(db: Stack, tmp_path: Path) -> None:
    actor = (await teacher()).actor
    data = samples.slides("第一张", "凸透镜成像的规律", note="提醒学生带放大镜")
    await resource(actor, tmp_path, "光学", data=data, name="光学.pptx")
    (line,) = (await catalogue.list_resources(actor, Filters(q="成像的规律"))).items
    assert (line.title, line.hit_page) == ("光学", 2)
    assert line.excerpt and "凸透镜成像的规律" in line.excerpt
    (line,) = (await catalogue.list_resources(actor, Filters(q="放大镜"))).items
    assert line.hit_page == 1
    # The pairs are all there, but not in this order.
    assert not (await catalogue.list_resources(actor, Filters(q="规律成像"))).items


async def test_an_older_file_is_no_longer_searched(db: Stack, tmp_path: Path) -> None:
    actor = (await teacher()).actor
    made = await resource(actor, tmp_path, "光学", data=samples.pdf("旧的内容"))
    await factories_library.finished(actor, samples.pdf("新的材料"), tmp_path, resource_id=made.id)
    assert not (await catalogue.list_resources(actor, Filters(q="旧的内容"))).items
    assert (await catalogue.list_resources(actor, Filters(q="新的材料"))).items


async def test_the_index_is_used(db: Stack) -> None:
    actor = (await teacher()).actor
    await database.execute(
        "INSERT INTO resource (id, school, owner, title, initials, abstract, stage, subject,"
        " grade, edition, kind, language, licence, authors, keywords, visibility, state,"
        " previous_state, version, created_at, updated_at)"
        " SELECT gen_random_uuid(), $1, $2, '第' || n || '课 ' || md5(n::text), '', '', 'junior',"
        " 'physics', 'any', '', 'slides', 'zh', 'school_use', '{}', '{}', 'school', 'draft',"
        " 'new', 1, now(), now() FROM generate_series(1, 5000) AS n",
        actor.school_ids[0],
        actor.person_id,
    )
    await drafted(actor, "浮力与压强")
    await database.execute("ANALYZE resource")
    plan = await plan_of("SELECT id FROM resource r WHERE r.search @@ to_tsquery('simple', '浮力')")
    assert "resource_search" in plan, plan
    matches = catalogue.PAGE_MATCHES.replace(":pairs", "'浮力 & 力与'").replace(
        ":runs", "'{浮力与}'"
    )
    plan = await plan_of(f"SELECT t.blob FROM page_text t WHERE {matches}")
    assert "page_text_search" in plan, plan


async def plan_of(sql: str) -> str:
    async with database.transaction():
        await database.execute("SET LOCAL enable_seqscan = off")
        async with database.connection() as conn:
            return "\n".join(row[0] for row in await conn.fetch(f"EXPLAIN {sql}"))


async def test_the_newest_come_first_and_pages_do_not_overlap(db: Stack) -> None:
    actor = (await teacher()).actor
    titles = [f"第{n}课 电路" for n in range(7)]
    for title in titles:
        await drafted(actor, title)
    for q in ("", "电路"):
        seen: list[str] = []
        cursor = None
        while True:
            page = await catalogue.list_resources(actor, Filters(q=q), limit=3, cursor=cursor)
            seen += [item.title for item in page.items]
            cursor = page.next_cursor
            if cursor is None:
                break
        assert seen == titles[::-1]


async def test_facets_narrow_and_count(db: Stack) -> None:
    actor = (await teacher()).actor
    await drafted(actor, "电路一", grade="grade_9")
    await drafted(actor, "电路二", grade="grade_8")
    await drafted(actor, "声音", grade="grade_8", language="en")
    page = await catalogue.list_resources(actor, Filters(q="电路", grade="grade_8"))
    assert [item.title for item in page.items] == ["电路二"]
    counts = await catalogue.count_facets(actor, Filters(q="电路"))
    assert counts["grade"] == {"grade_8": 1, "grade_9": 1}
    assert counts["language"] == {"zh": 2}
    assert (await catalogue.count_facets(actor, Filters()))["subject"] == {"physics": 3}


async def test_a_query_without_words_finds_nothing(db: Stack) -> None:
    actor = (await teacher()).actor
    await drafted(actor, "电路")
    assert not (await catalogue.list_resources(actor, Filters(q="！？"))).items
    assert (await catalogue.list_resources(actor, Filters(q="  "))).items


async def test_who_finds_what(db: Stack, tmp_path: Path) -> None:
    school = await factories.school()
    owner = (await factories.person(Role.teacher, school)).actor
    colleague = (await factories.person(Role.teacher, school)).actor
    admin = (await factories.person(Role.admin, school)).actor
    stranger = (await factories.person(Role.admin, await factories.school())).actor
    await resource(owner, tmp_path, "浮力本校", visibility="school", data=samples.pdf("压强甲"))
    await resource(owner, tmp_path, "浮力共享", visibility="shared", data=samples.pdf("压强乙"))
    await resource(
        owner, tmp_path, "浮力草稿", visibility="shared", published=False,
        data=samples.pdf("压强丙"),
    )  # fmt: skip
    expected = [
        (owner, {"浮力本校", "浮力共享", "浮力草稿"}),
        (admin, {"浮力本校", "浮力共享", "浮力草稿"}),
        (colleague, {"浮力本校", "浮力共享"}),
        (stranger, {"浮力共享"}),
    ]
    # By title, by words inside the file, and by no words at all: the same rule.
    for actor, titles in expected:
        for q in ("浮力", "压强", ""):
            page = await catalogue.list_resources(actor, Filters(q=q))
            assert {item.title for item in page.items} == titles, (actor.name, q)
        count = sum((await catalogue.count_facets(actor, Filters()))["subject"].values())
        assert count == len(titles)


def test_ids_sort_by_their_time() -> None:
    made = [uuid7() for _ in range(3)]
    assert all(one.version == 7 for one in made)
