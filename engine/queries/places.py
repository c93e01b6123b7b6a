"""Where an item can be applied for: the counties in which its department has a window."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.domain.actor import ANY, WINDOW_CLERK
from engine.errors import Words
from engine.resources import Resources
from engine.store.tables import Seat


def filing_counties(session: Session, resources: Resources, department: str) -> dict[str, Words]:
    """Return the names of the counties, by code, in which a window clerk of `department` sits.

    A case filed anywhere else would wait for ever: nobody there could take it up (P24).
    """
    query = sa.select(Seat.county).where(
        Seat.post == WINDOW_CLERK, Seat.department.in_((department, ANY))
    )
    staffed = set(session.scalars(query))
    return {
        county.code: Words(county.name, county.name_en)
        for county in resources.organisation.counties.values()
        if county.code in staffed or ANY in staffed
    }
