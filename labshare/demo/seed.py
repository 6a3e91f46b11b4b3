"""Fills an empty Labshare with the demo: all of it or nothing, and once."""

from core import clock, database
from core.settings import Settings
from labshare.demo import (
    bookings,
    books,
    borrowers,
    collected,
    devices,
    disposals,
    equipment,
    fates,
    function_rooms,
    hand_overs,
    history,
    imports,
    kits,
    loans,
    maintenance,
    pictures,
    repairs,
    rooms,
    samples,
    school,
    sign_ins,
    sign_offs,
    states,
    stock,
    stocktakes,
    transfers,
    visitors,
    webhooks,
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
    await imports.add_imports()
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
        await borrowers.add_classes(year, schools)
        await loans.add_loans(year, assets)
        await hand_overs.add_hand_overs(year)
        await borrowers.add_lots(year, schools)
        await kits.add_kits(year, schools)
        await stock.add_stock(year, schools)
        await stocktakes.add_stocktakes(year, schools)
        await fates.add_labels(year, schools, assets)
        await visitors.add_visitor_reports(year, assets)
        monitored = await devices.add_devices(year, settings, assets)
        await rooms.add_plans(year, schools)
        await devices.add_power(year, monitored)
        await samples.add_samples(year, monitored)
        await states.add_states(year, monitored)
        await collected.add_readings(year, settings, schools["LB"])
        await webhooks.add_webhook(year, settings, schools["LB"])
        people = schools["LB"].people
        await history.write_inventory(technician=people["technician"], admin=people["admin"])
        await history.resume(history.INVENTORY)
        await bookings.add_bookings(year, schools)
        await transfers.add_transfers(year, schools)
        await disposals.add_disposals(schools)
        await sign_offs.add_sign_offs(schools)
        await function_rooms.add_function_rooms(schools)
        await maintenance.add_plans(schools)
    await database.execute("ANALYZE")
