"""Fills an empty Labshare with the demo: all of it or nothing, and once."""

from core import clock, database
from core.settings import Settings
from labshare.demo import (
    books,
    devices,
    equipment,
    fates,
    history,
    loans,
    pictures,
    repairs,
    rooms,
    samples,
    school,
    sign_ins,
    states,
    wipes,
)
from labshare.demo.calendar import YearBehind
from labshare.demo.library.adding import add_lessons
from labshare.demo.sign_ins import DemoSignIn, DemoSignIns

__all__ = ["DemoSignIn", "DemoSignIns", "seed"]


async def seed(settings: Settings) -> DemoSignIns:
    """Make the demo's schools unless they are there, and tell who can sign in.

    The database and the store are open. A start that was cut short leaves nothing of the rows
    behind, and the library is filled up from wherever it was.
    """
    year = YearBehind(clock.now())
    accounts, is_fresh = sign_ins.find_or_make(settings)
    if not await school.is_there():
        await _fill(year, settings)
        is_fresh = True
    if is_fresh:
        await school.set_passwords(accounts)
    await devices.follow_agents(settings)
    await add_lessons(year)
    await pictures.add_pictures()
    return accounts


async def _fill(year: YearBehind, settings: Settings) -> None:
    async with database.transaction():
        await history.pause(history.INVENTORY)
        schools = await school.add_schools(year)
        names = await school.add_people(year, schools)
        models = await equipment.add_models()
        arrivals = await equipment.add_donations(year, schools, models)
        arrivals += equipment.purchases(year, schools)
        assets = await equipment.make_assets(arrivals, models)
        fates.decide(year, assets)
        orders = await repairs.add_repairs(year, assets)
        await equipment.add_assets(assets, books.COLUMNS, books.facts_of)
        await equipment.add_steps(assets)
        await wipes.add_wipes(assets)
        await books.add_numbers(assets)
        await books.add_fields(schools["LB"], assets)
        await repairs.add_orders(orders, names)
        await loans.add_loans(year, assets)
        await fates.add_labels(year, schools, assets)
        monitored = await devices.add_devices(year, settings, assets)
        await rooms.add_plans(year, schools)
        await devices.add_power(year, monitored)
        await samples.add_samples(year, monitored)
        await states.add_states(year, monitored)
        people = schools["LB"].people
        await history.write_inventory(technician=people["technician"], admin=people["admin"])
        await history.resume(history.INVENTORY)
    await database.execute("ANALYZE")
