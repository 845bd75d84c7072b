"""What the shop sells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Tone = Literal["amber", "sea", "moss", "clay", "mist"]


@dataclass(frozen=True, slots=True)
class Product:
    """One product; its picture is `templates/pictures/<slug>.svg` on a tile of colour `tone`."""

    slug: str
    name: str
    price_cents: int
    tone: Tone
    line: str
    story: str


CATALOGUE = (
    Product(
        "storm-lantern",
        "Storm lantern",
        4800,
        "amber",
        "Burns on when the wind has other plans.",
        "A flat-wick lantern with a caged globe and a hood that breathes. Filled once, it lasts two long "
        "evenings and the walk home. Put it in a window and somebody will find the way.",
    ),
    Product(
        "enamel-mug",
        "Enamel mug",
        1450,
        "clay",
        "Survives cliffs, camps and dishwashers.",
        "Steel under two coats of enamel, with a rim the colour of deep water. Holds 35 cl of anything hot. "
        "It chips in time; we think it looks better for it.",
    ),
    Product(
        "wool-blanket",
        "Wool blanket",
        8900,
        "mist",
        "For the bench, the boat and the sofa.",
        "Woven from the wool of hill sheep who know about weather. 130 by 180 cm, fringed at both ends, "
        "warm even when damp. Two people fit under it if they like each other.",
    ),
    Product(
        "brass-compass",
        "Brass compass",
        3600,
        "sea",
        "Knows where north is. Asks for nothing.",
        "A dry-card compass in a brass case, small enough for a waistcoat pocket. It needs neither battery "
        "nor signal, and it has never been down for maintenance.",
    ),
    Product(
        "souwester",
        "Yellow sou'wester",
        2900,
        "moss",
        "Rain goes down your back? Not any more.",
        "Oiled cotton with a long brim behind, ear flaps and a strap for the gusts. One size, generous. "
        "You will be seen from the harbour wall.",
    ),
    Product(
        "harbour-tea",
        "Harbour tea",
        1190,
        "amber",
        "Black tea with a little smoke in it.",
        "Assam and a pinch of pine-smoked leaf, blended for hard water and early starts. 125 g in a tin "
        "that you will keep for screws, buttons or letters afterwards.",
    ),
    Product(
        "logbook",
        "Logbook",
        1600,
        "clay",
        "Wind, visibility, and what you thought.",
        "160 pages of paper that takes ink without fuss, sewn so that it lies flat, with a band against "
        "the breeze. Every day has a line for the weather and room for the rest.",
    ),
    Product(
        "gale-umbrella",
        "Gale umbrella",
        4200,
        "sea",
        "Turns inside out, then turns back.",
        "Eight fibreglass ribs that give way and come back, tested on a pier in November. The ash handle "
        "is steamed into its hook by hand.",
    ),
    Product(
        "watch-flask",
        "Night-watch flask",
        3450,
        "moss",
        "Still hot when the relief arrives.",
        "Double-walled steel, three quarters of a litre, with a cup for a lid. Filled at ten in the evening "
        "it is hot at six in the morning. We stayed up to check.",
    ),
)

PRODUCTS = {product.slug: product for product in CATALOGUE}
