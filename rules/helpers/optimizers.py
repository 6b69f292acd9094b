"""The state of optimizers and schedules, and schedules that MindSpore lacks."""

import math

from mindspore import Parameter, Tensor
from mindspore.experimental.optim.lr_scheduler import LRScheduler


def optimizer_state(optimizer):
    """Return what an optimizer remembers, by name, with the learning rates of its groups."""
    trained = {id(parameter) for parameter in optimizer.parameters}
    state = {
        name: Tensor(parameter.asnumpy())
        for name, parameter in optimizer.parameters_and_names()
        if id(parameter) not in trained
    }
    rates = {f"learning_rate.{index}": float(group["lr"]) for index, group in enumerate(optimizer.param_groups)}
    return {**state, **rates}


def load_optimizer_state(optimizer, state_dict) -> None:
    """Give an optimizer the state that another one of its kind had."""
    for name in optimizer_state(optimizer):
        if name not in state_dict:
            raise ValueError(f"The state of the optimizer lacks {name!r}.")
    for name, parameter in optimizer.parameters_and_names():
        if name in state_dict:
            parameter.set_data(Tensor(state_dict[name], parameter.dtype))
    for index, group in enumerate(optimizer.param_groups):
        rate = float(state_dict[f"learning_rate.{index}"])
        if isinstance(group["lr"], Parameter):
            group["lr"].set_data(Tensor(rate, group["lr"].dtype))
        else:
            group["lr"] = rate


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


class OneCycleLR(LRScheduler):
    """Raise the learning rate to a peak and lower it again within a fixed number of steps; momentum stays."""

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
        rise, groups = pct_start * steps - 1, len(optimizer.param_groups)
        self.ends = [rise, 2 * rise, steps - 1] if three_phase else [rise, steps - 1]
        peaks = max_lr if isinstance(max_lr, (list, tuple)) else [max_lr] * groups
        self.rates = []
        for peak in peaks:
            first = peak / div_factor
            last = first / final_div_factor
            self.rates.append([first, peak, first, last] if three_phase else [first, peak, last])
        self.linear = anneal_strategy == "linear"
        super().__init__(optimizer, last_epoch)

    def get_lr(self):
        """Return the rates of the groups after as many steps as were made."""
        step = int(self.last_epoch)
        if step > self.ends[-1] + 1:
            raise ValueError(f"The schedule has {int(self.ends[-1]) + 1} steps, and this is step {step}.")
        phase = next((index for index, end in enumerate(self.ends) if step <= end), len(self.ends) - 1)
        start = self.ends[phase - 1] if phase else 0
        part = (step - start) / (self.ends[phase] - start)
        weight = part if self.linear else (1 - math.cos(math.pi * part)) / 2
        return [Tensor(rates[phase] + (rates[phase + 1] - rates[phase]) * weight) for rates in self.rates]
