"""The fit loop: from a position in a run to its end, a stop, or divergence."""

import time
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from cnnviz.arrays import Arrays
from cnnviz.data import Prepared
from cnnviz.models import assign_weights, named_weights
from cnnviz.runs import Checkpoint, Run, load_checkpoint, save_checkpoint
from cnnviz.training.beginning import first_network
from cnnviz.training.budget import Plan, plan_for_seconds
from cnnviz.training.looks import Looks
from cnnviz.training.pace import EARLY_STEPS, FIRST_CHUNK, chosen_images, epoch_order, next_chunk, next_indices
from cnnviz.training.parts import learned_variables, learned_weights
from cnnviz.training.preparing import Preparing
from cnnviz.training.rates import averaging_decays, learning_rates, should_stop_early
from cnnviz.training.recorder import Recorder
from cnnviz.training.remembering import features_of
from cnnviz.training.resumable import resumable
from cnnviz.training.step import TrainingStep, class_weights
from cnnviz.training.whitening import whiten

__all__ = ["Fit", "Outcome"]

_CHECKPOINT_EVERY_S, _MEASURED_STEPS = 60.0, 20


@dataclass(frozen=True)
class Outcome:
    """How a fit ended: the state it leaves, and one sentence for people."""

    state: Literal["completed", "stopped", "diverged"]
    message: str = ""


class Fit:
    """Trains one run in this process.

    Args:
        run: its folder and settings; continues from its newest checkpoint where there is one.
        data: prepared images.
        recorder: where reports go.
    """

    def __init__(self, run: Run, data: Prepared, recorder: Recorder) -> None:
        self.run, self.data, self.recorder = run, data, recorder
        self.train = run.spec.train
        self.model = first_network(run, Preparing(recorder, "Getting the network to begin with", " MB", 1e6))
        whiten(self.model, run.spec.model, data.train.images)
        passing = Preparing(recorder, "Passing images through the frozen layers")
        features = features_of(self.model, run.spec, data, passing)
        weights = class_weights(run.spec, data.train.labels)
        self.step = TrainingStep(
            self.model, run.spec, data.train, weights, None if features is None else features.train
        )
        self.looks = Looks(run, self.model, self.step, data, recorder, features)
        self.plan = Plan(self.train.epochs, len(data.train), self.train.batch_size)
        self.epoch = self.batch = self.taken = 0  # finished epochs; steps of the present one; steps of the whole run
        self.losses = np.zeros(0, np.float32)  # of the present epoch's steps
        self.correct = np.zeros(0, np.int32)
        self.val_losses: list[float] = []
        self.chunk = FIRST_CHUNK
        self._checkpoint_due = time.monotonic() + _CHECKPOINT_EVERY_S
        self._unreported: list[tuple[int, float, int, float]] = []  # images, their losses' sum, how many right, seconds
        self._compiled = False
        self._order_of: tuple[int, NDArray[np.int32]] | None = None

    @property
    def position(self) -> float:
        """The present moment in epochs."""
        return self.epoch + self.batch / self.plan.steps_per_epoch

    def run_to_end(self) -> Outcome:
        """Train until the planned end, a stop request, an early stop, the end of the time, or divergence.

        Raises:
            StorageError: the disk is full or refuses; what was written before stays whole.
        """
        if not self._resume():
            self._begin_anew()
            self.looks.snapshot(self.position, self.taken)
            if self.train.seconds is not None:
                self.plan = self._measure(self.train.seconds)
        self.recorder.progress(
            message="",
            prepared=0.0,
            epochs=self.plan.epochs,
            steps=self.plan.steps,
            epoch=self.epoch,
            step=self.taken,
        )
        # asked before the first epoch too: the run may have been killed between its last epoch and its end
        while not should_stop_early(self.val_losses, self.train.early_stopping):
            if self.epoch >= self.plan.epochs:
                return Outcome("completed")
            outcome = self._one_epoch()
            if outcome is not None:
                return outcome
        count = f"{self.train.early_stopping} epoch{'' if self.train.early_stopping == 1 else 's'}"
        return Outcome("completed", f"The validation loss has not fallen for {count}.")

    def _one_epoch(self) -> Outcome | None:
        while self.batch < self.plan.steps_per_epoch:
            if (self.run.folder / "stop").exists():
                self._save()
                return Outcome("stopped", f"Stopped in epoch {self.epoch + 1} of {self.plan.epochs}.")
            if self.train.seconds is not None and self.taken and self.recorder.seconds > self.train.seconds:
                if self.epoch:
                    return Outcome(
                        "completed", f"The time of {self.train.seconds:g} s was up in epoch {self.epoch + 1}."
                    )
                # what was seen so far becomes the one epoch: a run without any has nothing to show
                self.plan = Plan(1, min(self.batch * self.plan.batch_size, self.plan.images), self.plan.batch_size)
                self.recorder.progress(epochs=1, steps=self.plan.steps)
                break
            if not self._one_chunk():
                return self._diverged(self.taken + 1)
        return None if self._end_epoch() else self._diverged(self.taken)

    def _diverged(self, step: int) -> Outcome:
        return Outcome("diverged", f"The loss was not a number at step {step}; lower the learning rate.")

    def _one_chunk(self) -> bool:
        """Take the next steps and report them; False when a loss is not finite."""
        indices = next_indices(self._order(), self.plan.batch_size, self.batch, self.chunk, first_epoch=self.epoch == 0)
        first = self.taken
        rates = learning_rates(self.train, first, len(indices), self.plan.steps, self.val_losses)
        decays = averaging_decays(self.train, first, len(indices), self.plan.steps)
        began = time.perf_counter()
        done = self.batch * self.plan.batch_size + indices.size
        following = self._order()[done : done + self.plan.batch_size]
        losses, correct = self.step(indices, rates, first, epoch=self.epoch, decays=decays, following=following)
        took = time.perf_counter() - began if self._compiled else 0.0  # the first call compiles: its time says nothing
        if not np.isfinite(losses).all():
            self.taken += int(np.argmin(np.isfinite(losses)))  # whole steps before the one that failed
            return False
        self.batch += len(indices)
        self.taken += len(indices)
        self.losses = np.append(self.losses, losses)
        self.correct = np.append(self.correct, correct)
        if self._compiled:
            self.chunk = next_chunk(self.chunk, indices.size / self.plan.batch_size, took, self.plan.steps_per_epoch)
        self._compiled = True
        self._unreported.append((indices.size, float(losses.mean()) * indices.size, int(correct.sum()), took))
        if self.batch != self.plan.images // self.plan.batch_size or self.batch == self.plan.steps_per_epoch:
            self._report()  # else the epoch's smaller last batch follows at once, too few images for a point of its own
        if self.epoch == 0 and self.taken in EARLY_STEPS and self.batch < self.plan.steps_per_epoch:
            self.looks.refresh()
            self.looks.snapshot(self.position, self.taken)
        if time.monotonic() > self._checkpoint_due:
            self._save()
        return True

    def _order(self) -> NDArray[np.int32]:
        """The order of images in the present epoch, from seed and epoch alone so that resuming repeats it."""
        if self._order_of is None or self._order_of[0] != self.epoch:
            chosen = chosen_images(self.train.seed, len(self.data.train), self.plan.images)
            self._order_of = (self.epoch, epoch_order(self.train.seed, self.epoch, chosen))
        return self._order_of[1]

    def _report(self) -> None:
        """Report the steps since the last report."""
        images, loss, correct, took = (sum(values) for values in zip(*self._unreported, strict=True))
        self._unreported = []
        rate = self.recorder.measured(int(images), took) if took else 0.0
        left = (self.plan.steps - self.taken) * self.plan.batch_size / rate if took else None
        if left is not None:
            left += (self.plan.epochs - self.epoch) * self.looks.seconds
        self.recorder.event(
            "batch",
            epoch=self.epoch + 1,
            step=self.taken,
            position=round(self.position, 6),
            images=int(images),
            loss=round(loss / images, 6),
            accuracy=round(correct / images, 6),
            seconds=round(self.recorder.seconds, 3),
            images_per_second=round(rate, 1),
        )
        self.recorder.progress(
            epoch=self.epoch,
            step=self.taken,
            position=self.position,
            images_per_second=rate,
            seconds_left=left,
        )
        if self.recorder.live_due:
            self.looks.live(self.position)

    def _end_epoch(self) -> bool:
        """Validate, report and keep the weights; False when the last update ruined them."""
        looks = self.looks.validate()
        if not (np.isfinite(list(looks.values())).all() and self._finite):
            return False
        sizes = np.full(len(self.losses), self.plan.batch_size)
        sizes[-1] = self.plan.images - self.plan.batch_size * (len(sizes) - 1)
        rate = learning_rates(self.train, self.taken - 1, 1, self.plan.steps, self.val_losses)[0]
        values: dict[str, Any] = {
            "loss": float(np.average(self.losses.astype(np.float64), weights=sizes)),
            "accuracy": float(self.correct.sum() / self.plan.images),
            **looks,
        }
        self.epoch, self.batch = self.epoch + 1, 0
        self.losses, self.correct = self.losses[:0], self.correct[:0]
        self.val_losses += [values["val_loss"]] if "val_loss" in values else []
        self.recorder.event(
            "epoch",
            epoch=self.epoch,
            **values,
            learning_rate=float(rate),
            seconds=round(self.recorder.seconds, 3),
            **({"val_images": len(self.data.validation)} if looks else {}),
        )
        self.looks.snapshot(self.position, self.taken)
        self.looks.predict_pending()
        self.looks.live(self.position)
        self.recorder.progress(epoch=self.epoch, position=self.position)
        self._save()
        return True

    @property
    def _finite(self) -> bool:
        """Whether every weight that learns is a number."""
        learned = named_weights(self.model, learned_weights(self.model))
        return all(np.isfinite(array).all() for array in learned.values())

    def _measure(self, seconds: float) -> Plan:
        """Measure this machine and choose a plan; the weights are afterwards as before."""
        before = self._state()
        size = min(self.train.batch_size, len(self.data.train))
        indices = np.arange(_MEASURED_STEPS * size, dtype=np.int32).reshape(_MEASURED_STEPS, size) % len(
            self.data.train
        )
        rates = np.full(_MEASURED_STEPS, 1e-9, np.float32)
        self.step(indices[:1], rates[:1], 0)  # compiles
        began = time.perf_counter()
        self.step(indices, rates, 0)
        rate = indices.size / (time.perf_counter() - began)
        self._restore(before)
        looking_s = self.looks.measure()
        left = seconds - self.recorder.seconds
        plan = plan_for_seconds(left, len(self.data.train), self.train.batch_size, rate, looking_s)
        self.recorder.event("plan", epochs=plan.epochs, images=plan.images, images_per_second=round(rate, 1))
        return plan

    def restore(self) -> Checkpoint | None:
        """Take everything as the newest whole checkpoint has it, and return that; None where there is none."""
        checkpoint = self._checkpoint()
        if checkpoint is not None:
            self._restore(checkpoint.arrays)
        return checkpoint

    def _resume(self) -> bool:
        """Continue from the newest whole checkpoint; False where there is none."""
        checkpoint = self.restore()
        if checkpoint is None:
            return False
        self.recorder.restart_clock(float(checkpoint.arrays["seconds"]))
        torn = f" Damaged and skipped: {', '.join(checkpoint.torn)}." if checkpoint.torn else ""
        message = f"Resumed at epoch {self.position:.2f}.{torn}"
        self.recorder.event("status", state="running", message=message, resumed_from=self.position)
        self.looks.resume(self.position)
        return True

    def _checkpoint(self) -> Checkpoint | None:
        """The newest checkpoint that is whole and this network's."""
        like = self._state()
        return load_checkpoint(
            self.run.folder / "checkpoint", lambda arrays: resumable(arrays, like, len(self.data.train))
        )

    def _begin_anew(self) -> None:
        """Say so where an earlier attempt left something behind, which readers then drop."""
        if self.recorder.continues:
            message = "There was no whole checkpoint to continue from, so it began anew."
            self.recorder.event("status", state="running", message=message, resumed_from=0.0)

    def _save(self) -> None:
        """Write a checkpoint; weights that the last update ruined are not worth one."""
        if self._finite:
            save_checkpoint(self.run.folder / "checkpoint", self.taken, self._state())
        self._checkpoint_due = time.monotonic() + _CHECKPOINT_EVERY_S

    @property
    def _variables(self) -> tuple[Any, ...]:
        return (*learned_variables(self.model), *self.step.optimizer.variables, *self.step.averages.variables)

    def _state(self) -> Arrays:
        """Everything that decides what the next step does."""
        return {
            **{f"variable_{number:04d}": variable.numpy() for number, variable in enumerate(self._variables)},
            "place": np.array([self.epoch, self.batch, self.taken, self.plan.epochs, self.plan.images]),
            "losses": self.losses,
            "correct": self.correct,
            "val_losses": np.array(self.val_losses, np.float64),
            "seconds": np.array(self.recorder.seconds),
        }

    def _restore(self, state: Arrays) -> None:
        for number, variable in enumerate(self._variables):
            variable.assign(state[f"variable_{number:04d}"])
        self.epoch, self.batch, self.taken, epochs, images = (int(value) for value in state["place"])
        self.plan = Plan(epochs, images, self.train.batch_size)
        self.losses, self.correct = state["losses"], state["correct"]
        self.val_losses = [float(value) for value in state["val_losses"]]

    def choose_model(self, *, diverged: bool = False) -> bool:
        """Put the weights that the spec's rule chooses into the model; False after divergence without a checkpoint."""
        if diverged or not self._finite:
            checkpoint = self._checkpoint()
            if checkpoint is None:
                return False
            self._restore(checkpoint.arrays)
        self.looks.refresh()
        self.step.averages.take()
        if self.train.keep == "best" and self.val_losses:
            best = float(np.argmin(self.val_losses) + 1)
            number = next(item.number for item in self.run.snapshots() if item.position == best)
            assign_weights(self.model, self.run.weights(number))
            self.step.averages.begin()
        return True
