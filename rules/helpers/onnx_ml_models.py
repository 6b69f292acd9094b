"""Linear models, support vector machines and decision trees as ONNX has them."""

import math

import mindspore
from mindspore import Parameter, Tensor, nn, ops


class LinearScores(nn.Cell):
    """Compute a linear function for each target, and transform what it gives."""

    def __init__(self, features: int, targets: int, has_bias: bool = True, post_transform: str = "NONE") -> None:
        super().__init__()
        self.layer = nn.Dense(features, targets, has_bias=has_bias)
        self.post_transform = post_transform if targets > 1 or post_transform == "PROBIT" else "NONE"

    def construct(self, x: Tensor) -> Tensor:
        return transformed_scores(self.layer(x.astype(mindspore.float32)), self.post_transform)


class LinearClassifier(nn.Cell):
    """Give the label whose linear function is the largest, and the scores of all labels."""

    def __init__(
        self, features: int, targets: int, labels: tuple, has_bias: bool = True, post_transform: str = "NONE"
    ) -> None:
        super().__init__()
        self.layer = nn.Dense(features, targets, has_bias=has_bias)
        self.labels = labels
        self.targets, self.post_transform = targets, post_transform

    def construct(self, x: Tensor) -> tuple[Tensor, Tensor]:
        x = x.astype(mindspore.float32)
        scores = self.layer(x.reshape((1, -1)) if x.ndim == 1 else x)
        if self.targets > 1:
            return label_of(ops.argmax(scores, 1), self.labels), transformed_scores(scores, self.post_transform)
        two = len(self.labels) == 2
        labels = label_of((scores[:, 0] > 0).astype(mindspore.int64), self.labels if two else (0, 1))
        if self.post_transform == "PROBIT":
            scores = transformed_scores(scores, "PROBIT")
        return labels, (ops.cat((1.0 - scores, scores), 1) if two else scores)


class SVMClassifier(nn.Cell):
    """Let each pair of classes vote on an example; give the label with the most votes, and the scores.

    Args:
        features: How many features an example has.
        vectors: How many support vectors each class has, in their order.
        labels: The labels of the classes.
        kernel_type: LINEAR, POLY, RBF or SIGMOID.
        kernel_params: The factor, the summand and the exponent of the kernel.
        post_transform: What the scores go through.
        probabilities: Whether the scores become probabilities.
    """

    def __init__(
        self,
        features: int,
        vectors: tuple,
        labels: tuple,
        kernel_type: str = "LINEAR",
        kernel_params: tuple = (0.0, 0.0, 0.0),
        post_transform: str = "NONE",
        probabilities: bool = False,
    ) -> None:
        super().__init__()
        count, pairs = sum(vectors), len(labels) * (len(labels) - 1) // 2
        self.support_vectors = Parameter(ops.zeros((count, features), mindspore.float32), requires_grad=False)
        self.coefficients = Parameter(ops.zeros((len(labels) - 1, count), mindspore.float32), requires_grad=False)
        self.rho = Parameter(ops.zeros(pairs, mindspore.float32), requires_grad=False)
        if probabilities:
            self.prob_a = Parameter(ops.zeros(pairs, mindspore.float32), requires_grad=False)
            self.prob_b = Parameter(ops.zeros(pairs, mindspore.float32), requires_grad=False)
        self.starts = tuple(sum(vectors[:index]) for index in range(len(vectors) + 1))
        self.labels, self.kernel_type, self.kernel_params = labels, kernel_type, kernel_params
        self.post_transform, self.probabilities = post_transform, probabilities

    def construct(self, x: Tensor) -> tuple[Tensor, Tensor]:
        x = x.astype(mindspore.float32)
        x = x.reshape((1, -1)) if x.ndim == 1 else x
        kernels = kernel_products(x, self.support_vectors, self.kernel_type, self.kernel_params)
        count = len(self.labels)
        columns, ballots = [], []
        for one in range(count):
            for other in range(one + 1, count):
                own = slice(self.starts[one], self.starts[one + 1])
                foreign = slice(self.starts[other], self.starts[other + 1])
                score = (kernels[:, own] * self.coefficients[other - 1, own]).sum(1)
                score = score + (kernels[:, foreign] * self.coefficients[one, foreign]).sum(1)
                columns.append(score + self.rho[len(columns)])
                ballots.append((one, other))
        votes = []
        for label in range(count):
            won = ops.zeros_like(columns[0])
            for (one, other), score in zip(ballots, columns):
                if one == label:
                    won = won + (score > 0).astype(mindspore.float32)
                elif other == label:
                    won = won + (score <= 0).astype(mindspore.float32)
            votes.append(won)
        labels = label_of(ops.argmax(ops.stack(votes, 1), 1), self.labels)
        scores = ops.stack(columns, 1)
        if self.probabilities:
            chances = 1.0 - ops.sigmoid(scores * self.prob_a + self.prob_b)
            scores = joint_probabilities(ops.clamp(chances, 1e-7, 1.0 - 1e-7), count)
        elif count == 2 and self.post_transform in ("NONE", "LOGISTIC"):
            scores = ops.cat((-scores, scores), 1)
        elif count == 2:
            return labels, ops.cat((1.0 - scores, scores), 1)
        return labels, transformed_scores(scores, self.post_transform)


class LinearSVMClassifier(nn.Cell):
    """Give the label whose linear function is the largest, and the scores of all labels."""

    def __init__(self, features: int, labels: tuple, positive: bool = False, post_transform: str = "NONE") -> None:
        super().__init__()
        self.coefficients = Parameter(ops.zeros((len(labels), features), mindspore.float32), requires_grad=False)
        self.rho = Parameter(ops.zeros(1, mindspore.float32), requires_grad=False)
        self.labels, self.positive, self.post_transform = labels, positive, post_transform

    def construct(self, x: Tensor) -> tuple[Tensor, Tensor]:
        x = x.astype(mindspore.float32)
        scores = ops.matmul(x.reshape((1, -1)) if x.ndim == 1 else x, self.coefficients.swapaxes(0, 1)) + self.rho
        place = ops.argmax(scores, 1)
        if len(self.labels) == 2:
            largest = scores.max(axis=1)
            second = largest >= 0.5 if self.positive else largest > 0
            place = ops.where(second, ops.ones_like(place), place)
        return label_of(place, self.labels), transformed_scores(scores, self.post_transform)


class SVMRegressor(nn.Cell):
    """Weigh the products of an example with the support vectors.

    Args:
        features: How many features an example has.
        vectors: How many support vectors there are; 0 for a linear function.
        kernel_type: LINEAR, POLY, RBF or SIGMOID.
        kernel_params: The factor, the summand and the exponent of the kernel.
        one_class: Whether the result is 1 for what belongs to the class, and -1 for what does not.
    """

    def __init__(
        self,
        features: int,
        vectors: int,
        kernel_type: str = "LINEAR",
        kernel_params: tuple = (0.0, 0.0, 0.0),
        one_class: bool = False,
    ) -> None:
        super().__init__()
        if vectors:
            self.support_vectors = Parameter(ops.zeros((vectors, features), mindspore.float32), requires_grad=False)
        self.coefficients = Parameter(ops.zeros(vectors or features, mindspore.float32), requires_grad=False)
        self.rho = Parameter(ops.zeros(1, mindspore.float32), requires_grad=False)
        self.vectors, self.kernel_type, self.kernel_params = vectors, kernel_type, kernel_params
        self.one_class = one_class

    def construct(self, x: Tensor) -> Tensor:
        x = x.astype(mindspore.float32)
        if self.vectors:
            x = kernel_products(x, self.support_vectors, self.kernel_type, self.kernel_params)
        scores = (x * self.coefficients).sum(1, keepdims=True) + self.rho
        if self.one_class:
            return ops.where(scores > 0, ops.ones_like(scores), -ops.ones_like(scores))
        return scores


def kernel_products(x: Tensor, vectors: Tensor, kind: str, parameters: tuple) -> Tensor:
    """Return the kernel of each row and each vector; the parameters are factor, summand and exponent."""
    gamma, summand, degree = parameters
    if kind == "RBF":
        distances = x.expand_dims(1) - vectors.expand_dims(0)
        return ops.exp(-gamma * (distances * distances).sum(2))
    products = ops.matmul(x, vectors.swapaxes(0, 1))
    if kind == "POLY":
        return ops.pow(products * gamma + summand, degree)
    if kind == "SIGMOID":
        # MindSpore's tanh is off by up to 1e-4 on CPU.
        return 2.0 * ops.sigmoid(2.0 * (products * gamma + summand)) - 1.0
    return products


def joint_probabilities(chances: Tensor, count: int) -> Tensor:
    """Return the probability of each class from those of the first of each pair of classes.

    The rows are refined in turn until each is near enough: as far as libsvm goes, and no further.
    """
    zero = ops.zeros_like(chances[:, 0])
    table = [[zero for _ in range(count)] for _ in range(count)]
    place = 0
    for one in range(count):
        for other in range(one + 1, count):
            table[one][other], table[other][one] = chances[:, place], 1.0 - chances[:, place]
            place += 1
    rows = []
    for one in range(count):
        squares = zero
        for other in range(count):
            squares = squares + table[other][one] * table[other][one]
        row = [squares if one == other else -table[other][one] * table[one][other] for other in range(count)]
        rows.append(ops.stack(row, 1))
    matrix = ops.stack(rows, 1)
    share = ops.ones((chances.shape[0], count), chances.dtype) / count
    turn = 0
    going = ops.ones_like(chances[:, :1]) > 0
    while turn < 100 and bool(going.any()):
        products = ops.matmul(matrix, share.expand_dims(2))[:, :, 0]
        total = (share * products).sum(1, keepdims=True)
        going = ops.abs(products - total).max(axis=1, keepdims=True) >= 0.005 / count
        refined = share
        for one in range(count):
            own = matrix[:, one, one].expand_dims(1)
            step = (total - products[:, one : one + 1]) / own
            refined = refined + step * (ops.arange(count) == one).astype(share.dtype)
            total = (total + step * (step * own + 2.0 * products[:, one : one + 1])) / ((1.0 + step) * (1.0 + step))
            products = (products + step * matrix[:, one]) / (1.0 + step)
            refined = refined / (1.0 + step)
        share = ops.where(going, refined, share)
        turn += 1
    return share


class TreeEnsemble(nn.Cell):
    """Follow each example through decision trees to a leaf, and gather what the leaves say.

    All nodes of all trees are numbered together. A leaf is its own next node.

    Args:
        nodes: How many nodes there are.
        trees: How many trees there are.
        votes: How many votes the leaves have; each is a weight for a target.
        targets: How many targets there are.
        modes: The comparisons that occur, as ``follow`` names them.
        aggregate: SUM, AVERAGE, MIN or MAX of the weights for a target.
        post_transform: What the results go through.
        base: What is added to each target.
        members: How many members the sets of the nodes have that compare with a set.
        double: Whether the numbers are of double precision.
        same_type: Whether the results have the type of the features, and not single precision.
    """

    def __init__(
        self,
        nodes: int,
        trees: int,
        votes: int,
        targets: int,
        modes: tuple = ("BRANCH_LEQ",),
        aggregate: str = "SUM",
        post_transform: str = "NONE",
        base: tuple = (),
        members: int = 0,
        double: bool = False,
        same_type: bool = False,
    ) -> None:
        super().__init__()
        number, whole = mindspore.float64 if double else mindspore.float32, mindspore.int64
        self.roots = Parameter(ops.zeros(trees, whole), requires_grad=False)
        self.features = Parameter(ops.zeros(nodes, whole), requires_grad=False)
        self.thresholds = Parameter(ops.zeros(nodes, number), requires_grad=False)
        self.modes = Parameter(ops.zeros(nodes, whole), requires_grad=False)
        self.when_true = Parameter(ops.zeros(nodes, whole), requires_grad=False)
        self.when_false = Parameter(ops.zeros(nodes, whole), requires_grad=False)
        self.when_missing = Parameter(ops.zeros(nodes, whole), requires_grad=False)
        self.vote_nodes = Parameter(ops.zeros(votes, whole), requires_grad=False)
        self.vote_targets = Parameter(ops.zeros(votes, whole), requires_grad=False)
        self.vote_weights = Parameter(ops.zeros(votes, number), requires_grad=False)
        if members:
            self.members = Parameter(ops.zeros(members, number), requires_grad=False)
        self.nodes, self.trees, self.targets, self.comparisons = nodes, trees, targets, modes
        self.aggregate, self.base, self.number, self.same_type = aggregate, base, number, same_type
        self.post_transform = post_transform if targets > 1 or post_transform == "PROBIT" else "NONE"

    def construct(self, x: Tensor) -> Tensor:
        scores, _ = self.gather_votes(x)
        if len(self.base) in (1, self.targets) and len(self.base) > 0:
            scores = scores + Tensor(self.base, self.number)
        scores = transformed_scores(scores, self.post_transform)
        return scores.astype(x.dtype if self.same_type else mindspore.float32)

    def gather_votes(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return the aggregated weights for each example and target, and whether there was any vote for it."""
        leaves = self.follow(x)
        places = ops.stack((self.vote_nodes, self.vote_targets), 1)
        empty = ops.zeros((self.nodes, self.targets), self.number)
        weights = ops.gather(ops.tensor_scatter_add(empty, places, self.vote_weights), leaves, 0)
        counted = ops.tensor_scatter_add(empty, places, ops.ones_like(self.vote_weights))
        some = ops.gather(counted, leaves, 0) > 0
        voted = some.astype(mindspore.int32).sum(1) > 0
        if self.aggregate == "MIN":
            weights = ops.where(some, weights, ops.full_like(weights, float("inf"))).min(axis=1)
        elif self.aggregate == "MAX":
            weights = ops.where(some, weights, ops.full_like(weights, float("-inf"))).max(axis=1)
        else:
            weights = weights.sum(1)
        if self.aggregate == "AVERAGE":
            weights = weights / self.trees
        return ops.where(voted, weights, ops.zeros_like(weights)), voted

    def follow(self, x: Tensor) -> Tensor:
        """Return the leaf of each tree that each example comes to."""
        x = x.astype(self.number)
        before = ops.tile(self.roots.expand_dims(0), (x.shape[0], 1))
        here = self.step(x, before)
        while bool((here != before).any()):
            before = here
            here = self.step(x, here)
        return here

    def step(self, x: Tensor, here: Tensor) -> Tensor:
        """Return the next node of each example and tree."""
        value = ops.gather_elements(x, 1, ops.gather(self.features, here, 0))
        threshold = ops.gather(self.thresholds, here, 0)
        mode = ops.gather(self.modes, here, 0)
        holds = ops.logical_and(ops.isnan(value), ops.gather(self.when_missing, here, 0) > 0)
        for number, name in enumerate(self.comparisons):
            compared = self.compare(name, value, threshold, here)
            holds = ops.logical_or(holds, ops.logical_and(ops.equal(mode, number), compared))
        return ops.where(holds, ops.gather(self.when_true, here, 0), ops.gather(self.when_false, here, 0))

    def compare(self, name: str, value: Tensor, threshold: Tensor, here: Tensor) -> Tensor:
        """Tell where the comparison of that name holds."""
        if name == "BRANCH_LEQ":
            return value <= threshold
        if name == "BRANCH_LT":
            return value < threshold
        if name == "BRANCH_GTE":
            return value >= threshold
        if name == "BRANCH_GT":
            return value > threshold
        if name == "BRANCH_EQ":
            return ops.equal(value, threshold)
        if name == "BRANCH_NEQ":
            return ops.not_equal(value, threshold)
        # The sets stand one behind the other, each with not a number at its end.
        ends = ops.isnan(self.members).astype(mindspore.int64)
        owner = ops.cumsum(ends, 0) - ends
        own = ops.cumsum(ops.equal(self.modes, len(self.comparisons) - 1).astype(mindspore.int64), 0) - 1
        same_set = ops.equal(ops.gather(own, here, 0).expand_dims(2), owner)
        found = ops.logical_and(ops.equal(value.expand_dims(2), self.members), same_set)
        return found.astype(mindspore.int32).sum(2) > 0


class TreeClassifier(nn.Cell):
    """Give the label that decision trees vote for, and the scores of all labels.

    Args:
        nodes: See ``TreeEnsemble``, as of trees, votes, modes, base and double.
        trees: See above.
        votes: See above.
        labels: The labels of the classes.
        only: The one of two classes that all votes are for; -1 if there are votes for others.
        positive: Whether no vote is negative: then one class wins over the other above a half, else above 0.
        modes: See above.
        post_transform: What the scores go through.
        base: See above.
        double: See above.
    """

    def __init__(
        self,
        nodes: int,
        trees: int,
        votes: int,
        labels: tuple,
        only: int = -1,
        positive: bool = True,
        modes: tuple = ("BRANCH_LEQ",),
        post_transform: str = "NONE",
        base: tuple = (),
        double: bool = False,
    ) -> None:
        super().__init__()
        self.ensemble = TreeEnsemble(nodes, trees, votes, len(labels), modes, double=double)
        self.labels, self.only, self.bound = labels, only, 0.5 if positive else 0.0
        self.post_transform = post_transform if len(labels) > 1 or post_transform == "PROBIT" else "NONE"
        self.base = (*base, *((0.0,) * (len(labels) - len(base))))

    def construct(self, x: Tensor) -> tuple[Tensor, Tensor]:
        votes, voted = self.ensemble.gather_votes(x)
        scores = (votes + Tensor(self.base, votes.dtype)).astype(mindspore.float32)
        if len(self.labels) == 1:
            label = label_of((scores[:, 0] > 0).astype(mindspore.int64), (0, 1))
            return label, transformed_scores(scores, self.post_transform)
        if self.only < 0:
            counted = scores if any(self.base) else ops.where(voted, scores, ops.full_like(scores, float("-inf")))
            return label_of(ops.argmax(counted, 1), self.labels), transformed_scores(scores, self.post_transform)
        label = label_of((scores[:, self.only] > self.bound).astype(mindspore.int64), self.labels)
        if self.only == 1:
            return label, transformed_scores(scores, self.post_transform)
        score = scores[:, :1]
        if self.post_transform == "LOGISTIC":
            return label, ops.sigmoid(ops.cat((-score, score), 1))
        return label, ops.cat((self.bound * 2.0 - score, score), 1)


def label_of(index: Tensor, labels: tuple) -> Tensor:
    """Return the label of each index."""
    return ops.gather(Tensor(labels, mindspore.int64), index, 0)


def transformed_scores(scores: Tensor, kind: str) -> Tensor:
    """Transform scores, whose last axis is that of the classes.

    Args:
        scores: The scores.
        kind: NONE, LOGISTIC, SOFTMAX, SOFTMAX_ZERO, which leaves zeros out of the sum, or PROBIT, which is an
            approximation of the inverse of the normal distribution.
    """
    if kind == "LOGISTIC":
        return ops.sigmoid(scores)
    if kind == "SOFTMAX":
        return ops.softmax(scores, -1)
    if kind == "SOFTMAX_ZERO":
        largest = scores.max(axis=-1, keepdims=True)
        zero = ops.abs(scores) <= 1e-7
        powers = ops.exp(scores - largest)
        counted = ops.where(zero, ops.zeros_like(powers), powers)
        return ops.where(zero, scores * ops.exp(-largest), powers) / counted.sum(-1, keepdims=True)
    if kind == "PROBIT":
        x = 2.0 * scores - 1.0
        logarithm = ops.log((1.0 - x) * (1.0 + x))
        half = 2.0 / (math.pi * 0.147) + 0.5 * logarithm
        root = ops.sqrt(ops.sqrt(half * half - logarithm / 0.147) - half) * math.sqrt(2.0)
        return ops.where(x < 0, -root, root)
    return scores
