"""Every way in which counters are inflated here, by name; `training.simulate.inject` puts them into accounts.

::

    facts ─► paths ─┐
    history ─► orders ─► followers, lifetime, posts, together, automation ─► MECHANICS
"""

from training.simulate.mechanics.automation import AUTOMATION
from training.simulate.mechanics.followers import FOLLOWERS
from training.simulate.mechanics.lifetime import LIFETIME
from training.simulate.mechanics.mechanic import Mechanic
from training.simulate.mechanics.posts import POSTS
from training.simulate.mechanics.together import TOGETHER

__all__ = ["MECHANICS", "Mechanic"]

MECHANICS: dict[str, Mechanic] = {
    mechanic.name: mechanic for mechanic in (*FOLLOWERS, *LIFETIME, *POSTS, *TOGETHER, *AUTOMATION)
}
"""By name, the axes together; names are permanent."""
