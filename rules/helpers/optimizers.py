"""The state of optimizers and schedules, and schedules that MindSpore lacks."""

import inspect
import math
from types import MethodType

from mindspore import Parameter, Tensor
from mindspore.experimental.optim import lr_scheduler
from mindspore.experimental.optim.lr_scheduler import LRScheduler


def optimizer_state(optimizer):
    """Return what an optimizer remembers, by name, and the options of its groups."""
    trained = {id(parameter) for parameter in optimizer.parameters}
    state = {
        name: Tensor(parameter.asnumpy())
        for name, parameter in optimizer.parameters_and_names()
        if id(parameter) not in trained
    }
    return {**state, "param_groups": [group_options(group) for group in optimizer.param_groups]}


def group_options(group) -> dict:
    """Return the options of a group of parameters, which are plain values."""
    found = {name: float(value) if isinstance(value, Tensor) else value for name, value in group.items()}
    return {name: value for name, value in found.items() if type(value) in (bool, int, float, str, tuple)}


def load_optimizer_state(optimizer, state_dict) -> None:
    """Give an optimizer the state that another one of its kind had."""
    for name in optimizer_state(optimizer):
        if name not in state_dict:
            raise ValueError(f"The state of the optimizer lacks {name!r}.")
    for name, parameter in optimizer.parameters_and_names():
        if name in state_dict:
            parameter.set_data(Tensor(state_dict[name], parameter.dtype))
    for group, options in zip(optimizer.param_groups, state_dict["param_groups"], strict=True):
        for name, value in options.items():
            old = group.get(name)
            if isinstance(old, Parameter):
                old.set_data(Tensor(value, old.dtype))
            else:
                group[name] = Tensor(value, old.dtype) if isinstance(old, Tensor) else value


def scheduler_state(scheduler):
    """Return the numbers that a schedule remembers."""
    state = {name: value for name, value in vars(scheduler).items() if isinstance(value, (int, float, str, Parameter))}
    return {name: float(value) if isinstance(value, Parameter) else value for name, value in state.items()}


def load_scheduler_state(scheduler, state_dict) -> None:
    """Give a schedule the state that another one of its kind had."""
    for name, value in state_dict.items():
        old = getattr(scheduler, name)
        if isinstance(old, Parameter):
            old.set_data(Tensor(value, old.dtype))
        else:
            setattr(scheduler, name, value)


class ChainedScheduler:
    """Step several schedules of one optimizer at once."""

    def __init__(self, schedulers, optimizer=None) -> None:
        self.schedulers = list(schedulers)
        self.optimizer = self.schedulers[0].optimizer if optimizer is None else optimizer

    def step(self) -> None:
        for scheduler in self.schedulers:
            scheduler.step()

    def get_last_lr(self):
        return self.schedulers[-1].get_last_lr()


def of_groups(value, optimizer) -> list:
    """Return a value for each group of an optimizer."""
    return list(value) if isinstance(value, (list, tuple)) else [value] * len(optimizer.param_groups)


def run_uncompiled(optimizer) -> None:
    """Let the steps of an optimizer run one operator at a time; compiled ones are compiled anew for each momentum."""
    step = getattr(type(optimizer), "implementation", None)
    if step is not None:
        optimizer.implementation = MethodType(inspect.unwrap(step), optimizer)


def set_momenta(optimizer, momenta) -> None:
    """Give the groups of an optimizer their momenta, or the first of their betas."""
    for group, momentum in zip(optimizer.param_groups, momenta, strict=True):
        if "betas" in group:
            group["betas"] = (momentum, *group["betas"][1:])
        else:
            group["momentum"] = momentum


class OneCycleLR(LRScheduler):
    """Raise the learning rate to a peak and lower it again within a fixed number of steps; momentum goes against it."""

    def __init__(
        self,
        optimizer,
        max_lr,
        total_steps=None,
        epochs=None,
        steps_per_epoch=None,
        pct_start=0.3,
        anneal_strategy="cos",
        cycle_momentum=True,
        base_momentum=0.85,
        max_momentum=0.95,
        div_factor=25.0,
        final_div_factor=10000.0,
        three_phase=False,
        last_epoch=-1,
    ) -> None:
        steps = epochs * steps_per_epoch if total_steps is None else total_steps
        rise = pct_start * steps - 1
        self.ends = [rise, 2 * rise, steps - 1] if three_phase else [rise, steps - 1]
        self.rates = []
        for peak in of_groups(max_lr, optimizer):
            first = peak / div_factor
            last = first / final_div_factor
            self.rates.append([first, peak, first, last] if three_phase else [first, peak, last])
        self.momenta = []
        if cycle_momentum:
            run_uncompiled(optimizer)
            for low, high in zip(of_groups(base_momentum, optimizer), of_groups(max_momentum, optimizer)):
                self.momenta.append([high, low, high, high])
        self.linear = anneal_strategy == "linear"
        super().__init__(optimizer, last_epoch)

    def get_lr(self):
        """Return the rates of the groups after as many steps as were made, and set their momenta."""
        step = int(self.last_epoch)
        if step > self.ends[-1] + 1:
            raise ValueError(f"The schedule has {int(self.ends[-1]) + 1} steps, and this is step {step}.")
        phase = next((index for index, end in enumerate(self.ends) if step <= end), len(self.ends) - 1)
        start = self.ends[phase - 1] if phase else 0
        part = (step - start) / (self.ends[phase] - start)
        weight = part if self.linear else (1 - math.cos(math.pi * part)) / 2

        def between(values) -> float:
            return values[phase] + (values[phase + 1] - values[phase]) * weight

        if self.momenta:
            set_momenta(self.optimizer, map(between, self.momenta))
        return [Tensor(between(rates)) for rates in self.rates]


class CyclicLR(lr_scheduler.CyclicLR):
    """Move the learning rate to and fro between two bounds, and the momentum against it."""

    def __init__(
        self,
        optimizer,
        base_lr,
        max_lr,
        step_size_up=2000,
        step_size_down=None,
        mode="triangular",
        gamma=1.0,
        scale_fn=None,
        scale_mode="cycle",
        cycle_momentum=True,
        base_momentum=0.8,
        max_momentum=0.9,
        last_epoch=-1,
    ) -> None:
        self.momenta = []
        if cycle_momentum:
            run_uncompiled(optimizer)
            self.momenta = list(zip(of_groups(base_momentum, optimizer), of_groups(max_momentum, optimizer)))
        super().__init__(
            optimizer, base_lr, max_lr, step_size_up, step_size_down, mode, gamma, scale_fn, scale_mode, last_epoch
        )

    def get_lr(self):
        """Return the rates of the groups after as many steps as were made, and set their momenta."""
        step = int(self.last_epoch)
        cycle = math.floor(1 + step / self.total_step_size)
        place = 1 + step / self.total_step_size - cycle
        rise = self.step_up_ratio
        part = place / rise if place <= rise else (place - 1) / (rise - 1)
        share = part * float(self.scale_fn(cycle if self.scale_mode == "cycle" else step))
        if self.momenta:
            set_momenta(self.optimizer, [high - (high - low) * share for low, high in self.momenta])
        bounds = [(float(low), float(high)) for low, high in zip(self.base_lrs, self.max_lrs)]
        return [Tensor(low + (high - low) * share) for low, high in bounds]
