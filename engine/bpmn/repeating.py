"""Activities that run more than once: multi-instance, parallel or sequential, and loops.

Source: BPMN 2.0.2, 13.3.6 and 13.3.7. An instance has three things of its own: its item, its
output item and `loopCounter` (from 0). What else it changes, its activity takes over when it has
finished; where outputs are collected, only those. The library's classes collect in the order of
completion, refuse a name that exists already, leave the item behind and merge lists by position.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

from SpiffWorkflow.bpmn.specs.bpmn_task_spec import BpmnTaskSpec
from SpiffWorkflow.bpmn.specs.defaults import (
    ParallelMultiInstanceTask,
    SequentialMultiInstanceTask,
    StandardLoopTask,
)
from SpiffWorkflow.util.task import TaskState

from engine.bpmn.data_objects import objects_in_sight
from engine.bpmn.merging import merged
from engine.bpmn.places import placed
from engine.errors import ProcedureFault, Words

COUNTER = "loopCounter"
NUMBER = "key_or_index"  # task.internal_data[NUMBER], of an instance: as the library calls it
MAX_INSTANCES = 1_000


class _Repeating:
    """What all of them share: instances have data of their own."""

    local_names: tuple[str, ...] = ()

    def shared(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """The data of an instance without what is its own."""
        own = (COUNTER, *self.local_names)
        return {name: value for name, value in data.items() if name not in own}

    def _begin(self, my_task: Any) -> None:
        """Start: names that the instances have for their own are kept aside meanwhile."""
        my_task._set_state(TaskState.STARTED)
        own = (COUNTER, *self.local_names)
        hidden = {name: my_task.data.pop(name) for name in own if name in my_task.data}
        my_task.internal_data.update(hidden=hidden, merged=[], outputs={})

    def _finish(self, my_task: Any) -> None:
        my_task.data.update(my_task.internal_data.pop("hidden", {}))
        my_task._set_state(TaskState.READY)

    def _add_instance(self, my_task: Any, number: int, own: Mapping[str, Any]) -> None:
        spec = my_task.workflow.spec.task_specs[self.task_spec]
        if not spec.completed_event.is_connected(self.merge_child):
            spec.completed_event.connect(self.merge_child)
        instance = my_task._add_child(spec, TaskState.WAITING)
        instance.triggered = True
        instance.internal_data[NUMBER] = number
        instance.data.update({COUNTER: number, **own})
        spec._update(instance)


class _Many(_Repeating):
    """Multi-instance. `source`, `results`, `input_names` and `output_names` are names of data: the
    collections, and under which names an instance has its item and leaves its output."""

    source: tuple[str, ...] = ()
    results: tuple[str, ...] = ()
    input_names: tuple[str, ...] = ()
    output_names: tuple[str, ...] = ()

    @property
    def local_names(self) -> tuple[str, ...]:
        return (*self.input_names, *self.output_names)

    def _update_hook(self, my_task: Any) -> bool | None:
        BpmnTaskSpec._update_hook(self, my_task)
        items, keys = self._collection(my_task)
        keys = self._keys(my_task, items, keys)
        self._begin(my_task)
        my_task.internal_data.update(items=items, keys=keys, begun=0)
        self._collect(my_task)
        if not items:
            my_task.data.update(my_task.internal_data.pop("hidden"))
            return True
        self._add_instances(my_task)
        return None

    def _add_instances(self, my_task: Any) -> None:
        raise NotImplementedError

    def _add_next(self, my_task: Any) -> None:
        number = my_task.internal_data["begun"]
        my_task.internal_data["begun"] = number + 1
        item = my_task.internal_data["items"][number]
        own = {name: deepcopy(item) for name in self.input_names}
        self._add_instance(my_task, number, own)

    def _collection(self, my_task: Any) -> tuple[list[Any], list[str] | None]:
        """The items, and the keys where they come from an object."""
        if self.source:
            found = {**objects_in_sight(my_task.workflow), **my_task.data}
            value = next((found[name] for name in self.source if name in found), None)
        else:
            environment = my_task.workflow.script_engine.environment
            with placed(self):
                value = environment.evaluate(self.cardinality, my_task.data)
            if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
                value = list(range(min(value, MAX_INSTANCES + 1)))
            else:
                raise _not_a(self, Words("次数", "a number of instances"), value)
        if isinstance(value, Mapping):
            items, keys = list(value.values()), list(value)
        elif isinstance(value, Sequence) and not isinstance(value, str):
            items, keys = list(value), None
        else:
            raise _not_a(self, Words("列表或对象", "a list or an object"), value)
        if len(items) > MAX_INSTANCES:
            most = Words(f"至多 {MAX_INSTANCES} 项", f"at most {MAX_INSTANCES} items")
            raise _not_a(self, most, items, code="too-many-tasks")
        return items, keys

    def _keys(self, my_task: Any, items: list[Any], keys: list[str] | None) -> list[str] | None:
        """The keys of the outputs, None for a list. An empty object or list that stands ready for
        the outputs says which of the two they become; otherwise they are like the inputs."""
        ready = [my_task.data.get(name) for name in self.results]
        if [] in ready:
            return None
        return [str(n) for n in range(len(items))] if {} in ready and keys is None else keys

    def merge_child(self, workflow: Any, child: Any) -> None:
        """Take over what an instance that has finished leaves, and see whether that was all."""
        my_task = child.parent
        my_task.internal_data["merged"].append(str(child.id))
        if self.results:
            left = next((child.data[n] for n in self.output_names if n in child.data), None)
            number = str(child.internal_data[NUMBER])
            my_task.internal_data["outputs"][number] = deepcopy(left)
            self._collect(my_task)
        else:
            self._take_over(my_task, self.shared(child.data))
        if self._holds(my_task, child):
            for instance in self._instances(my_task):
                if not instance.has_state(TaskState.FINISHED_MASK):
                    instance.cancel()
            self._finish(my_task)
        elif not self._go_on(my_task, child):
            self._finish(my_task)

    def _take_over(self, my_task: Any, left: dict[str, Any]) -> None:
        my_task.data = merged(my_task.parent.data, [my_task.data, left])

    def _collect(self, my_task: Any) -> None:
        """Write the outputs that there are, in the order of the inputs."""
        state = my_task.internal_data
        there = {int(number): value for number, value in state["outputs"].items()}
        in_place = set(self.results) & set(self.source)
        if state["keys"] is not None:
            value = {k: there.get(n, i) for n, (k, i) in enumerate(_pairs(state))}
            if not in_place:
                value = {k: there[n] for n, k in enumerate(state["keys"]) if n in there}
        elif in_place:
            value = [there.get(number, item) for number, item in enumerate(state["items"])]
        else:
            value = [there[number] for number in sorted(there)]
        my_task.data.update({name: deepcopy(value) for name in self.results})

    def _go_on(self, my_task: Any, child: Any) -> bool:
        """Begin what is next; False where nothing is left to wait for."""
        raise NotImplementedError

    def _holds(self, my_task: Any, child: Any) -> bool:
        """Whether the completion condition holds, after this instance."""
        if self.condition is None:
            return False
        state = my_task.internal_data
        counts = {
            "Instances": len(state["items"]),
            "CompletedInstances": len(state["merged"]),
            "ActiveInstances": state["begun"] - len(state["merged"]),
            "TerminatedInstances": 0,
        }
        names = {**my_task.data, **child.data}
        names |= {name: my_task.data[name] for name in self.results}
        for prefix in ("numberOf", "nrOf"):  # the standard's name, and what engines call it
            names |= {prefix + name: number for name, number in counts.items()}
        environment = my_task.workflow.script_engine.environment
        with placed(self):
            return bool(environment.evaluate(self.condition, names))


class AllAtOnce(_Many, ParallelMultiInstanceTask):
    """A parallel multi-instance activity."""

    def _add_instances(self, my_task: Any) -> None:
        for _ in my_task.internal_data["items"]:
            self._add_next(my_task)

    def _go_on(self, my_task: Any, child: Any) -> bool:
        return any(
            each is not child and not each.has_state(TaskState.FINISHED_MASK)
            for each in self._instances(my_task)
        )


class OneByOne(_Many, SequentialMultiInstanceTask):
    """A sequential multi-instance activity."""

    def _add_instances(self, my_task: Any) -> None:
        self._add_next(my_task)

    def _take_over(self, my_task: Any, left: dict[str, Any]) -> None:
        my_task.data = left

    def _go_on(self, my_task: Any, child: Any) -> bool:
        if my_task.internal_data["begun"] >= len(my_task.internal_data["items"]):
            return False
        self._add_next(my_task)
        return True


class Loop(_Repeating, StandardLoopTask):
    """A loop: at most `maximum` times, as long as `condition` holds."""

    def _update_hook(self, my_task: Any) -> bool | None:
        BpmnTaskSpec._update_hook(self, my_task)
        if self.test_before and self._over(my_task, 0):
            return True
        self._begin(my_task)
        self._add_instance(my_task, 0, {})
        return None

    def merge_child(self, workflow: Any, child: Any) -> None:
        my_task = child.parent
        my_task.data = self.shared(child.data)
        my_task.internal_data["merged"].append(str(child.id))
        rounds = child.internal_data[NUMBER] + 1
        if self._over(my_task, rounds):
            self._finish(my_task)
        else:
            self._add_instance(my_task, rounds, {})

    def _over(self, my_task: Any, rounds: int) -> bool:
        if self.maximum is not None and rounds >= self.maximum:
            return True
        if self.condition is None:
            return False
        names = {**my_task.data, COUNTER: rounds}
        with placed(self):
            return not my_task.workflow.script_engine.environment.evaluate(self.condition, names)


def _pairs(state: Mapping[str, Any]) -> zip[tuple[str, Any]]:
    return zip(state["keys"], state["items"], strict=True)


def _not_a(spec: Any, wanted: Words, value: Any, code: str = "multi-instance") -> ProcedureFault:
    name, found = spec.bpmn_name or spec.bpmn_id, type(value).__name__
    return ProcedureFault(
        f"多实例环节“{name}”（{spec.bpmn_id}）需要{wanted.zh}，实际得到的不是。"
        "请流程管理员检查其设置。",
        f"Expected {wanted.en} for the multi-instance activity {name} ({spec.bpmn_id}) but got "
        f"{found}.",
        element=spec.bpmn_id,
        code=code,
    )
