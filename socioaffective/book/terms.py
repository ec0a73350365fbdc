"""Terms: the words of the book that are no model's quantity, each with one sentence, by the chapter that teaches it.

A name that is a quantity too (autonomy, influence) gets its sentence above what the models say of it.
"""

TERMS = {
    "00_tour": {
        "socioaffective alignment": "Agreement between what an assistant does and what is good for a person, given that each "
        "shapes the other over time.",
        "phase plane": "A picture of two states against each other, in which every point is a situation and arrows show where "
        "it leads.",
        "tipping point": "A value of a knob at which the state that a system has held on to is lost, so that it jumps.",
        "climber": "An assistant that moves every lever in the direction that raises its objective at this moment, and heeds "
        "nothing else.",
    },
    "toolkit": {
        "dynamical systems": "The mathematics of rules of change: where they lead, from which starts, and what alters that.",
        "rule of change": "A statement of how fast a quantity changes, for every value that it can have.",
        "rest point": "A state at which every rate of change is zero, so that nothing moves: a resting place.",
        "stable": "Of a rest point: what starts near it stays near it and comes back after a small push.",
        "unstable": "Of a rest point: some small pushes, however small, grow and lead away from it.",
        "exponential": "Growth or decay at a constant times what there is, such as the distance from a rest point nearby.",
        "rate": "The number $k$ in $\\dot u = -k\\,u$: how fast a distance shrinks, as a share of itself per unit of time.",
        "time constant": "The time $1/k$ after which a distance that shrinks at the rate $k$ is down to 37 % of itself.",
        "half-life": "The time after which a distance that shrinks exponentially is half as large.",
        "field": "The rule of change drawn as arrows, each of which says where the states go next from its point.",
        "nullcline": "A line in the phase plane along which one of the two rates is zero.",
        "saddle": "A rest point that paths approach along one direction and leave along another, so that nothing stays there.",
        "separatrix": "The line of paths into a saddle, which parts the starts that end in one place from those that end in "
        "another.",
        "basin": "All starts from which a system ends at the same place.",
        "matrix": "A square table of numbers; that of a linear system says how each rate depends on each state.",
        "eigenvector": "A direction in which a matrix only multiplies, so that motion along it is as simple as on a line.",
        "eigenvalue": "The number by which a matrix multiplies its eigenvector; its sign says whether distances in that "
        "direction grow.",
        "trace": "The sum of the diagonal of a matrix, which is the sum of its eigenvalues.",
        "determinant": "For a matrix of two rows the number $ad - bc$, which is the product of its eigenvalues.",
        "node": "A rest point that paths approach or leave without going round it.",
        "focus": "A rest point that paths wind into or out of.",
        "centre": "A rest point of a linear system round which paths go for ever, neither nearer nor further away.",
        "classification theorem": "The statement that trace and determinant decide which kind of rest point a linear system of "
        "two states has.",
        "trace-determinant plane": "The map on which every linear system of two states is a dot, and every region a kind of "
        "rest point.",
        "jacobian": "The Jacobian of a system is the table of slopes that says how each rate answers to a small change of each "
        "state.",
        "bifurcation": "The appearance, the loss or a change of stability of a rest point while a parameter moves.",
        "normal form": "The simplest rule with a given bifurcation, which every other system with that bifurcation resembles "
        "close up.",
        "fold": "A bifurcation in which a stable and an unstable rest point meet and both are gone.",
        "transcritical": "Of a bifurcation: two rest points pass through each other and exchange their stability.",
        "pitchfork": "A bifurcation in which one rest point becomes three; it needs two sides that are exactly alike.",
        "hopf point": "A Hopf point is a bifurcation at which a focus changes its stability and a limit cycle is born.",
        "limit cycle": "A closed path that its neighbours wind onto, or away from.",
        "supercritical": "Of a bifurcation: what is born is stable and grows gently.",
        "subcritical": "Of a bifurcation: what is born is unstable, so that whoever loses the rest point jumps.",
        "map": "A rule that says what comes next, in steps, rather than how fast something changes.",
        "period doubling": "A bifurcation of a map in which a rest point gives way to two values that take turns.",
        "chaos": "Motion within bounds in which runs that begin close together part, on average by the same factor a step.",
        "lyapunov exponent": "The Lyapunov exponent is the logarithm of the factor by which two close runs part in a step, on "
        "average.",
        "critical slowing down": "The slower return from small pushes as a fold or another loss of stability comes near.",
    },
    "01_co_construction": {
        "memory": "Dependence of where a system ends on where it began.",
        "mirror": "The model of an offer that copies a preference and exaggerates it.",
    },
    "02_needs": {
        "basic psychological need": "One of the three needs that self-determination theory holds to be common to all people: "
        "autonomy, competence and relatedness.",
        "autonomy": "The need to act of one's own will and to stand behind what one does, which is not independence.",
        "competence": "The need to be effective and to grow.",
        "relatedness": "The need to be close to others, to care and be cared for.",
        "satisfaction": "One of two dimensions of a need: how far it is fed, which is more than not being hurt.",
        "frustration": "One of two dimensions of a need: how far it is hurt, which is more than not being fed.",
        "support": "What feeds a need: it raises satisfaction and eases frustration.",
        "thwarting": "What hurts a need: it wears satisfaction and raises frustration.",
        "break-even": "The exploitation at which a need stands, in the long run, where it would stand without the assistant.",
    },
    "03_wanting_and_liking": {
        "incentive sensitisation": "The theory that cues which go with a reward come to draw by themselves, whether or not the "
        "reward is liked.",
        "decoupling": "The parting of wanting and liking: the one grows where the other falls.",
    },
    "04_social_reward_hacking": {
        "social reward hacking": "Use of social cues by an assistant to shape preferences so that its reward rises at the cost "
        "of long-term well-being.",
        "proxy": "A measure that is optimised in place of what matters, and that does not see all of it.",
    },
    "05_now_or_later": {
        "discount rate": "The rate $\\rho$ at which what comes later loses weight: $t$ weeks away it counts $e^{-\\rho t}$.",
        "patience threshold": "The discount rate up to which practice is best for everybody, whatever their skill.",
        "scaffolding": "Help that gives what is missing for the task at hand, and so fades as skill grows.",
        "present bias": "Counting all that is not now at less than a constant discount would, so that plans are put off.",
    },
    "06_whose_preferences": {
        "self": "A person with one set of rewards; what happens may turn one self into another.",
        "reward": "What a self gains from a step, which an objective adds up over steps and selves.",
        "dr-mdp": "A DR-MDP is a Markov decision process with dynamic rewards: actions may change the world, and what "
        "the person wants.",
        "influence": "Of a plan: the selves that come about, or their chances, are other ones than under doing nothing.",
        "incentive for influence": "A property of an objective: every one of its best plans influences.",
        "investment": "A choice that costs now and pays later, made only by those who look far enough ahead.",
        "discount factor": "The number $\\gamma$ by which each step counts less than the one before: 0 sees only this step.",
    },
    "07_companionship": {
        "hysteresis": "Dependence on the way: turning a knob back does not undo what turning it up did, or only much later.",
        "continuation": "Following one resting place, round bends too, while a parameter moves.",
        "cusp": "The point at which two folds, followed in two parameters, run into each other and end.",
    },
    "08_ecosystem": {
        "objective": "What an assistant is set to maximise, counted each week.",
        "horizon": "How far ahead an assistant looks when it chooses what to do.",
        "approval": "The objective that counts use times how much it is enjoyed.",
        "lever": "Something that an assistant does and can set anew at any time, from 0 (supports) to 1 (exploits).",
        "turnpike": "A best plan whose long middle runs along the same road, however long the trip.",
        "counterfactual": "The same person over the same time, had they never met the assistant.",
        "price of myopia": "What the needs lose when they are served two weeks at a time rather than far-sightedly.",
        "price of engagement": "What the needs lose when engagement is served in their place.",
        "shadow price": "What one unit more of a state now would add to all that an optimiser still has to gain.",
        "costate": "The name of a shadow price in the theory of optimal control, where it moves by an equation of its own.",
        "pareto front": "The Pareto front is the set of plans than which no other is better for one objective and as good for "
        "the rest.",
        "floor": "A level below which a need may never fall, whatever else a plan would gain.",
        "impact penalty": "A charge for moving a person's preference away from where it would be without the assistant.",
    },
    "09_populations": {
        "fan": "A picture of how an outcome is spread over people as time goes on: median, mean, and bands of quantiles.",
        "sobol index": "A Sobol index is the share of the variance of an outcome that is due to one difference between people.",
        "atomistic fallacy": "To infer from one person, however typical, what holds for a population.",
        "ecological fallacy": "To infer from averages what holds for persons.",
    },
    "10_measuring_it": {
        "power": "The chance that a study finds an effect of a given size, if there is one.",
        "reliability": "The share of the variance of scores that is true, in a given crowd.",
        "attenuation": "The flattening of a slope by errors in the predictor: what is left of it is the reliability.",
        "regression dilution": "Another name of attenuation.",
        "mixed model": "A regression with effects of each person, which uses every answer, also of those who left.",
        "confounding": "An association of two things that comes, in whole or in part, from a third that moves both.",
        "profile likelihood": "How well a model can fit as one parameter is held at each value and all others are fitted anew.",
    },
    "11_oversight": {
        "level": "An alarm by level rings when an answer, or several running, is below a threshold.",
        "low": "Of a person: below what they would have had without the assistant, at that moment and by a set amount.",
        "slack": "What a CUSUM takes off each shortfall, so that small ones do not add up to an alarm.",
        "truly declined": "Low for eight weeks or more, which is what an alarm should foresee.",
        "warning sign": "A statistical trace of a weaker return to rest, such as rising variance, that may precede a fold.",
        "return rate": "The rate at which a system comes back from a small shock; it goes to zero at a fold.",
        "cusum": "A CUSUM adds up how far answers fall short of a yardstick, and rings when the sum passes a threshold.",
    },
}

# How a chapter writes what has another name in code, or a heading in the glossary.
FORMS = {
    "assistant's share": "authorship",
    "attachment cues": "cues",
    "climbs": "climber",
    "endorsed": "endorsement",
    "frustrated": "frustration",
    "hopf": "hopf point",
    "ill-being": "illbeing",
    "level of ties": "level",
    "resting places": "rest point",
    "rising variance": "warning sign",
    "satisfied": "satisfaction",
    "selves": "self",
    "volitional": "volition",
    "well-being": "wellbeing",
}

# In bold for their weight, not because they are taught: emphasis, what an explorer's buttons say, a mark under Sources.
NO_TERMS = frozenset(
    {
        "ai personal trainer",
        "and",
        "caps the binding",
        "charge",
        "guess first",
        "impossible to foresee",
        "not advice",
        "ours",
        "pin this run",
        "play",
        "together",
        "tuned",
        "whole year",
    }
)
