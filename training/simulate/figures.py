"""Aggregates of real accounts that the simulator lives by; nothing here describes fewer than 20 accounts.

Sources, in brackets below (origins and licences: docs/measuring.md):

C  1,770 TikTok creators of November 2020 with ten or more listed videos, 1e3 to 5e7 followers
U  1,570 ordinary TikTok users of February 2024 with at least 30 followers and 5 videos
T  daily counters of TikTok accounts, 2026, 148 days
V  755 channels with daily follower counts, 2026, 72 days
D  104 channels with daily views, 2026, 30 days
Y  five videos with daily likes and views, 2025/26, a year
A  our own assumption: no public figure was found

Logs are natural. `f` = ln followers, `v` = ln posts, `r` = ln(median views per post / followers),
`p` = ln posts per day. A line is (intercept, slopes..., spread): a Huber regression on [C], its spread the
robust sd of the residuals. Residuals of different lines are uncorrelated there (largest: 0.23).

Archetypes (brands, niches, hits) widen a population beyond its lines. So the middles and spreads of REACH, LIKE_RATE,
COMMENTS_PER_LIKE, SHARES_PER_LIKE, VIEW_SPREAD, the VIEW_TAIL, PAST_LIKES, POSTS and POSTS_SMALL were moved a little
from the regressions until the whole population has the real quantiles (`training.simulate.compare` prints both).
"""

# Followers: share of accounts in each decade from 10 to 5e7 [C, all 5,568 accounts; below 1,000 from A].
FOLLOWER_DECADES = ((10, 0.03), (100, 0.07), (1e3, 0.18), (1e4, 0.22), (1e5, 0.23), (1e6, 0.22), (1e7, 0.05))
FOLLOWERS_MIN, FOLLOWERS_MAX = 10.0, 5e7

# v = 4.81 + 0.349 (f - 12) [C]; below 3,000 followers the users' line 3.41 + 0.13 (f - 8) [U].
POSTS = (4.66, 0.349, 1.2)
POSTS_SMALL = (3.05, 0.13, 1.8)
POSTS_SMALL_BELOW = 8.0

# p given f - 12 and v - 5 [C].
POSTS_PER_DAY = (-0.594, -0.117, 0.716, 0.82)
POSTS_PER_DAY_MAX = 8.0

# r given f - 12, v - 5 and p + 1 [C]; raised from -1.87, as the listed posts of C are not fully grown.
REACH = (-1.62, 0.167, -0.477, -0.147, 0.74)
# Every video is first shown to a few hundred strangers: likes per video of small accounts have a floor of
# exp(2.5) at 60 followers, exp(3.3) at 180, exp(3.8) at 500 [U]; as views, at 12 likes per 100.
FIRST_PUSH_VIEWS = (4.1, 0.9)

# ln likes per view of an account given f - 12, r + 2 and v - 5 [C]; the best liked 1 % have 0.30.
LIKE_RATE = (-1.95, 0.024, 0.018, 0.013, 0.44)
LIKE_RATE_MAX = 0.26
# ln comments per like given f - 12, r + 2, v - 5 [C].
# ln shares per like given f - 12, r + 2, ln like rate + 2, ln comments per like + 4.5 [C].
# Saves are not in C: about 4 in 100 likes [A].
COMMENTS_PER_LIKE = (-4.58, -0.119, -0.021, 0.021, 0.72)
SHARES_PER_LIKE = (-5.2, -0.10, 0.047, -0.903, 0.169, 0.86)
SAVES_PER_LIKE = (-3.2, 0.8)

# Robust sd of ln views between the posts of one account: ln of it given f - 12, ln like rate + 2, r + 2 [C].
VIEW_SPREAD = (-0.50, -0.03, -0.15, -0.027, 0.33)
# Its shape is a Student t, wider above than below: ln(max / median views of 25 posts) is 2.0-2.6 in the middle
# and 3.5-4.9 at 95 % [C]; neighbouring posts correlate by 0.19 [C].
VIEW_TAIL_DEGREES = 10
VIEW_TAIL_ABOVE, VIEW_TAIL_BELOW = 1.56, 0.80
VIEW_MOMENTUM = 0.19
# ln(views / median) of a post beyond 4 is drawn in by 0.7, and none passes 6.5: the best of 25 posts lies at 5.1 in one
# account in a hundred, at 6.3 in one in a thousand [C]; without it at 5.6 and 7.8.
VIEW_TAIL_FROM, VIEW_TAIL_DRAWN_IN, VIEW_TAIL_MAX = 4.0, 0.7, 6.5
# Within one account, per ln view [C]: ln likes per view falls by 0.046, robust sd 0.20 (0.14 to 0.35 between
# accounts, more where views spread more) with a long lower tail and hardly an upper one: of 25 posts the highest lies
# 1.86 sd above the median in the middle, 3.3 at 95 %, the lowest 2.5 below; ln comments per like falls by 0.25,
# sd 0.55; ln shares per like rises by 0.14, sd 0.7.
LIKE_RATE_WITHIN = (-0.046, 0.215, 0.27)
LIKE_RATE_DEGREES, LIKE_RATE_ABOVE, LIKE_RATE_BELOW = 10, 0.80, 1.20
COMMENTS_WITHIN = (-0.25, 0.55)
SHARES_WITHIN = (0.14, 0.70)
SAVES_WITHIN = (0.05, 0.45)

# ln(lifetime likes / (posts x mean likes of the listed posts)) given f - 12, v - 5, r + 2, p + 1 and
# ln(mean / median likes of the listed posts) - 0.5 [C]; lowered from 0.54 for the same reason.
PAST_LIKES = (0.22, 0.025, -0.396, -0.638, 0.056, -1.3, 0.25)

# ln(lifetime likes / followers) beyond 3.5 (5 for the smallest) is drawn in by half: at 95 % it is 3.3 to 4.1 by size,
# 4.3 in one account in two hundred, 4.7 the most of 867 [C]; 5.3 of those who have some hundred followers [U]. Without
# it 4.9 and 7.4.
LIKES_PER_FOLLOWER_FROM, LIKES_PER_FOLLOWER_SMALL, LIKES_PER_FOLLOWER_DRAWN_IN = 3.5, 1.5, 0.5

# Share of its eventual views that a post has at an age in days: 1 - (1 + age / pace) ** -tail. Median views by age
# over the account's own posts older than 20 days, 9,159 younger posts [C]: 0.08 at 3 hours, 0.26 at 18, 0.43 at
# 2.5 days, 0.60 at 5, 0.71 at 7, 0.80 at 16; the curve gives 0.05, 0.22, 0.47, 0.65, 0.73, 0.85.
PACE_DAYS = (2.5, 0.5)  # median, sd of ln between posts
VIEWS_TAIL = (0.75, 1.15)

# Gaps between posts: lognormal; quartiles of gap / median gap are 0.42 and 2.06 [C].
POST_GAP_SPREAD = 1.2
# Hour of posting, UTC: share of posts in each hour [C].
POST_HOURS = (
    0.048, 0.044, 0.037, 0.031, 0.028, 0.026, 0.025, 0.023, 0.023, 0.025, 0.026, 0.028,
    0.031, 0.036, 0.043, 0.051, 0.057, 0.060, 0.066, 0.065, 0.062, 0.056, 0.057, 0.054,
)  # fmt: skip

# Followers won per like, as a share of the lifetime followers per like: later likes win fewer. With it followers
# grow in 72 days by 2-8 % in the middle (1.2 % [V], a slower platform; 0.7 % of giants, 31 % of a small one [T]).
CONVERSION = (-1.6, 0.6)
CONVERSION_RANGE = (0.001, 0.15)
CONVERSION_WITHIN = 0.4
# Strangers that a hit reaches follow less: followers per like fall with ln(views / median) [A].
CONVERSION_OF_HITS = -0.15
# From so many times the median views on, a post climbs for a day or two and fades within a week [A].
HIT_TIMES = 7.0
HIT_PACE = 0.5
# What a like wins differs from day to day: daily gains of followers and likes correlate by 0.65 [T, small].
CONVERSION_DAY_NOISE = 0.4
# Followers lost in a day: 0.15 of the days end with a net loss in the middle, 0.32 at 95 % [V, 1e3-1e4].
CHURN_PER_DAY = (-8.5, 0.9)
# Share of a day's likes that fall on videos older than the listed ones [A; T: likes never pause].
CATALOGUE_SHARE = (0.1, 0.6)
CATALOGUE_FLOOR = 0.0002  # of the lifetime likes, each day, before the share [A]
# Daily noise of attention: sd of daily likes / mean is 0.6-1.1, day-to-day correlation 0.2-0.8 [T]. It differs between
# accounts by a factor of 5: what a day's views have that its neighbours do not is, as sd of ln, 0.11 at 5 %, 0.23 in
# the middle, 0.55 at 95 % [D]; here 0.12, 0.21 and 0.4.
DAY_NOISE, DAY_PERSISTENCE, POST_DAY_NOISE = 0.18, 0.5, 0.25
DAY_NOISE_BETWEEN = 0.45
# Likes of a day that neither views nor followers share: a platform takes likes back, or counts them late. So ln of the
# factor has a long lower tail, exponential: of one giant it is -1.7 at 5 % and 0.9 at 95 % of the days, of which 0.55
# explains both; of another and of videos in their old age about 0.1 is left [T, Y]. Spread between accounts from these.
LIKES_DAY_NOISE = (0.12, 0.8)

# Following: median 230-820 below 10,000 followers, 140 above, 95 % near the cap of 10,000 [U].
FOLLOWING = (5.4, 1.3)
FOLLOWING_CAP = 10_000
# Profile at 1,000 followers and more: handle length, share of handles without digits, biography [U].
HANDLE_LENGTH = (11.0, 3.0)
NO_DIGITS_SHARE = 0.7
BIO_LENGTH_MAX = 80

# Organic one-day follower spikes from outside (a stream, a mention): one account in 16 in 72 days (RATES press and
# collaboration together), then 10 % and 3 % of it on the next days; size 0.5-5 % of the followers [V].
# Such gains are a smaller share of a larger following: the 95 % point of the largest daily gain is 5.4 % at 300,
# 2.1 % at 3,000 and 1.6 % at 30,000 followers [V].
EVENT_SIZE_SLOPE, EVENT_SIZE_AT = -0.2, 3_000
MENTION_SIZE = (-4.2, 0.8)
MENTION_DECAY = (1.0, 0.10, 0.03)
# A joint post is seen for days, as the creator's own posts are [A].
COLLABORATION_DECAY = (0.5, 0.25, 0.13, 0.07, 0.05)
# Likes that a follower of a joint post leaves, ln: the post itself is liked by both audiences [A].
COLLABORATION_LIKES = (2.0, 0.6)
VIEWS_PER_VISITOR_LIKE = 4.0  # visitors who come for the person like more of what they see [A]

# How often what makes an archetype (archetypes.py) happens in 90 days, or is so [A]. Tiny accounts come at the share
# of FOLLOWER_DECADES below TINY_BELOW, wrapped ones at WRAPPED of those whose lifetime likes exceed 31 bits.
TINY_BELOW = 300.0
WRAPPED = 0.15
RATES = {
    "dormant_star": 0.015,
    "newcomer": 0.05,
    "brand": 0.03,
    "niche": 0.03,
    "private": 0.005,
    "viral_hit": 0.06,
    "viral_old_video": 0.02,
    "giveaway": 0.03,
    "collaboration": 0.03,
    "press": 0.035,
    "ads": 0.03,
    "deleted_videos": 0.04,
    "purge": 0.03,
    "seasonal": 0.05,
    "pinned_old_hit": 0.05,
    "hidden_counters": 0.015,
    "scrape_gaps": 0.10,
    # Likes fall for a day or two and return (YouTube: of 5 videos on 56 of 1,915 days), or stand still.
    "counter_slips": 0.07,
    "rounded": 0.40,
}
