"""Imports as a school has them: finished ones, and one that waits for its questions."""

import msgspec

from core import csv_files
from core.access import Actor
from core.database import fetch_one, fetch_value
from inventory.imports import Mapping, Noun, reading, staging, working

Sheet = list[list[str]]
MODELS: Sheet = [
    ["类别", "品牌", "型号", "ISBN"],
    ["图书", "机械工业出版社", "电工基础实训", "978-7-111-60001-5"],
    ["图书", "机械工业出版社", "Arduino 项目实践", "978-7-111-60002-2"],
    ["图书", "人民邮电出版社", "少儿编程一百例", "978-7-115-60003-5"],
    ["机器人套件", "大疆", "RoboMaster EP 教育版", ""],
    ["打印机", "奔图", "M7105DN", ""],
]
# Without first passwords: their slips can be printed.
PEOPLE: Sheet = [
    ["姓名", "登录名", "角色"],
    ["赵敏", "zhaomin", "教师"],
    ["孙立", "sunli", "教师"],
    ["周芳", "zhoufang", "实验员"],
]
# A quantity, a place that is in no list, and a model that is nearly a known one.
ASSETS: Sheet = [
    ["类别", "品牌", "型号", "数量", "位置", "完好程度", "备注"],
    ["打印机", "奔图", "M7105 DN", "1", "信息楼 / 计算机教室一", "完好", ""],
    ["机器人套件", "大疆", "RoboMaster EP 教育版", "6", "信息楼 / 机器人教室", "完好", "2026 年新购"],
    ["不间断电源", "山特", "C1KS", "1", "信息楼 / 网络机房", "九成新", ""],
    ["投影仪", "爱普生", "CB-X50", "1", "教学楼 / 阶梯教室", "完好", ""],
    ["投影仪", "爱普生", "CB-X51", "1", "教学楼 / 阶梯教室", "损坏", "灯泡烧坏"],
]  # fmt: skip
# One room's sheet: lessons by days. Its teachers have no account; the room is said once.
TIMETABLE: Sheet = [
    ["计算机教室一课程表", "", "", "", "", ""],
    ["节次", "星期一", "星期二", "星期三", "星期四", "星期五"],
    ["第一节", "高一(1)班 信息技术", "", "高一(3)班 信息技术", "", "高二(1)班 程序设计 (单周)"],
    ["第二节", "高一(2)班 信息技术", "高二(2)班 数据库", "", "高一(4)班 信息技术", ""],
    ["第三节", "", "高二(2)班 数据库", "高一(5)班 信息技术", "", "高二(3)班 网络技术"],
    ["午休", "", "", "", "", ""],
    ["第六节", "", "高三(1)班 综合实训", "", "高二(4)班 网页制作", ""],
]
SAID = {
    Noun.assets: Mapping(values={"condition": {"九成新": "ok"}}),
    Noun.timetables: Mapping(for_all={"room": "信息楼 / 计算机教室一"}),
}


class _Admin(msgspec.Struct):
    id: int
    name: str
    school: int


async def add_imports() -> None:
    """As a person at the pages takes them through, unless there is one already."""
    if await fetch_value("SELECT true FROM import_job LIMIT 1"):
        return
    admin = await fetch_one(
        _Admin,
        "SELECT p.id, p.name, s.id AS school FROM membership m JOIN person p ON p.id = m.person"
        " JOIN school s ON s.id = m.school WHERE s.code = 'LB' AND m.role = 'admin'"
        " ORDER BY m.id LIMIT 1",
    )
    assert admin is not None
    actor = Actor(person_id=admin.id, name=admin.name, every_school=(admin.school,))
    await _add(actor, Noun.models, "新教材和设备型号.csv", MODELS, is_applied=True)
    await _add(actor, Noun.people, "新学期教师名单.csv", PEOPLE, is_applied=True)
    await _add(actor, Noun.timetables, "计算机教室一课程表.csv", TIMETABLE, is_applied=True)
    await _add(actor, Noun.assets, "信息楼资产登记表.csv", ASSETS, is_applied=False)


async def _add(actor: Actor, noun: Noun, name: str, rows: Sheet, *, is_applied: bool) -> None:
    data = csv_files.written(rows).encode()
    job = await staging.upload(actor, "LB", name, data, noun=noun)
    await working.work_at(job.id)
    await staging.map_columns(actor, job.id, SAID.get(noun, Mapping()))
    await working.work_at(job.id)
    # In the last days of a term a timetable has nothing left to book.
    if is_applied and (await reading.get_import(actor, job.id)).can_apply:
        await staging.apply_import(actor, job.id)
        await working.work_at(job.id)
