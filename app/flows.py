"""The flows this project serves, and what does their business: here demonstration data in SQLite, seeded when new."""

from agents.booking import BOOKING
from agents.helpdesk import HELPDESK
from agents.intake import INTAKE
from agents.restaurant import RESTAURANT
from agents.routing import ROUTING
from agents.sales import SALES
from agents.service import SERVICE
from agents.support import SUPPORT
from app.business.booking import open_booking_systems
from app.business.helpdesk import open_helpdesk_systems
from app.business.intake import open_intake_systems
from app.business.restaurant import open_restaurant_systems
from app.business.routing import open_routing_systems
from app.business.sales import open_sales_systems
from app.business.service import open_service_systems
from app.business.support import open_support_systems
from interlock.app import Served

PAID = "Nobody pays by the link of a demonstration: its payment system counts it as paid after 5 seconds."

FLOWS = (
    Served(SUPPORT, open_support_systems),
    Served(RESTAURANT, open_restaurant_systems, PAID),
    Served(BOOKING, open_booking_systems),
    Served(ROUTING, open_routing_systems),
    Served(HELPDESK, open_helpdesk_systems),
    Served(SALES, open_sales_systems),
    Served(INTAKE, open_intake_systems),
    Served(SERVICE, open_service_systems),
)
