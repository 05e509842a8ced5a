"""What has the keyboard in words, as screen readers say it: name, role, state, value, key and position.

It is read from Qt's accessibility interfaces, so that our own voice and a screen reader know the same.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface, QAction, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QLineEdit,
    QMenu,
    QMenuBar,
    QMessageBox,
    QPlainTextEdit,
    QTableView,
    QTextEdit,
    QTreeView,
    QWidget,
)

from edge_assistant.system.i18n import tr, tr_noop
from edge_assistant.ui.key_names import spoken_keys

_Role, _Text, _Item = QAccessible.Role, QAccessible.Text, Qt.ItemDataRole

_ROLES = {
    _Role.Button: tr_noop("button"),
    _Role.ButtonMenu: tr_noop("menu button"),
    _Role.ButtonDropDown: tr_noop("menu button"),
    _Role.CheckBox: tr_noop("check box"),
    _Role.RadioButton: tr_noop("radio button"),
    _Role.ComboBox: tr_noop("combo box"),
    _Role.EditableText: tr_noop("edit"),
    _Role.HotkeyField: tr_noop("shortcut field"),
    _Role.SpinBox: tr_noop("spin box"),
    _Role.Slider: tr_noop("slider"),
    _Role.ProgressBar: tr_noop("progress bar"),
    _Role.List: tr_noop("list"),
    _Role.Table: tr_noop("table"),
    _Role.Tree: tr_noop("tree"),
    _Role.PageTab: tr_noop("tab"),
    _Role.PageTabList: tr_noop("tabs"),
    _Role.MenuItem: tr_noop("menu item"),
    _Role.MenuBar: tr_noop("menu bar"),
    _Role.PopupMenu: tr_noop("menu"),
    _Role.Link: tr_noop("link"),
    _Role.Dialog: tr_noop("dialog"),
    _Role.Grouping: tr_noop("group"),
}  # fmt: skip
_CHECKED = (_Role.CheckBox, _Role.RadioButton, _Role.MenuItem)
"""Roles of what is checked or not; a button is pressed or not."""
_COUNTED = (_Role.RadioButton, _Role.PageTab, _Role.MenuItem)
"""Roles of what is counted among those beside it."""
_WITHOUT_KEY = (_Role.ComboBox, _Role.PageTabList)
"""Roles whose key is the one that opens them, the same for all."""

DISCLOSES = "edge_assistant_discloses"
"""The property of a checkable button that opens and closes what stands below it."""
RECORDS_KEYS = "edge_assistant_records_keys"
"""The property of a field that is read only for Qt, and yet takes keys: it shows which were pressed."""
_ANNOUNCED_AS = "edge_assistant_announced_as"
_ENTER = QKeySequence(Qt.Key.Key_Enter).toString(QKeySequence.SequenceFormat.NativeText)


@dataclass(frozen=True, slots=True)
class Description:
    """The parts of what is said of one thing; a part that there is nothing to say about is empty."""

    name: str = ""
    role: str = ""
    states: tuple[str, ...] = ()
    value: str = ""
    key: str = ""
    position: str = ""
    help: str = ""
    part: Description | None = None
    """What has the keyboard within a list, a table, a tree, tabs or a menu."""

    @property
    def text(self) -> str:
        """All that is said when it gets the keyboard."""
        said = self._said if self.part is None else self._said + self.part._said
        helps = [self.help, self.part.help if self.part else ""]
        known = {each.rstrip(".") for each in said}
        return " ".join(filter(None, (_sentence(said), *(each for each in helps if each.rstrip(".") not in known))))

    @property
    def brief(self) -> str:
        """The same without help."""
        return _sentence(self._said if self.part is None else self._said + self.part._said)

    def change(self, before: Description) -> str:
        """What is said after a change of the thing that had the keyboard before, too; "" for no change."""
        if self.part is not None:
            old = before.part or Description()
            is_another = (self.part.name, self.part.position) != (old.name, old.position)
            return self.part.text if is_another else _sentence(self.part._news(old))
        return self.text if self.name != before.name else _sentence(self._news(before))

    @property
    def _said(self) -> tuple[str, ...]:
        return tuple(filter(None, (self.name, self.role, *self.states, self.value, self.key, self.position)))

    def _news(self, before: Description) -> tuple[str, ...]:
        states = tuple(each for each in self.states if each not in before.states)
        value = self.value if self.value != before.value else ""
        position = self.position if self.position != before.position else ""
        return tuple(filter(None, (*states, value, position)))


def describe(widget: QWidget) -> Description:
    """Return the description of a widget that has the keyboard, and of the part of it that has."""
    interface = QAccessible.queryAccessibleInterface(widget)
    if interface is None or not interface.isValid():
        return Description(name=widget.accessibleName())
    return describe_interface(interface)


def describe_interface(interface: QAccessibleInterface) -> Description:
    """Return the description of what a screen reader finds here."""
    role, state = _role(interface), interface.state()
    name, _, key = interface.text(_Text.Name).partition("\t")
    name = _plain(name)
    value = _value(interface)
    if role == _Role.ComboBox:
        name = _combo_box_name(interface)
    if role == _Role.PageTabList:
        name = ""
    if role not in _WITHOUT_KEY:
        key = key or interface.text(_Text.Accelerator)
        key = "" if key == _ENTER else key  # all buttons of a dialog have it while they have the focus
        key = _letter_in_menu(interface, key)
    description = _description(interface)
    if _discloses(interface):
        words = tr("expanded") if state.checked else tr("collapsed")
        return Description(name, tr("button"), (words,), key=spoken_keys(key))
    part = None
    if isinstance(view := interface.object(), QAbstractItemView):
        part = _item(view)
        value = value if view.model().rowCount() else tr("empty")
    elif role == _Role.PageTabList and (tab := interface.focusChild()) is not None:
        part = describe_interface(tab)
    return Description(
        name=name,
        role=_role_word(interface),
        states=_states(role, state),
        value=value,
        key=spoken_keys(key),
        position=_position(interface),
        help=description if description != name else "",
        part=part,
    )


def describe_menu(menu: QMenu | QMenuBar) -> Description:
    """Return the description of an open menu, or the menu bar, and of the entry that the keyboard is at."""
    interface = QAccessible.queryAccessibleInterface(menu)
    children = [] if interface is None else [interface.child(index) for index in range(interface.childCount())]
    active = menu.activeAction()
    part = next((each for each in children if active is not None and each.object() is active), None)
    if isinstance(menu, QMenuBar):
        name, role = "", tr("menu bar")
    else:
        name, role = _plain(menu.title().replace("&", "")) or menu.accessibleName(), tr("menu")
    return Description(name, role, part=describe_interface(part) if part is not None else None)


def announce_as(window: QWidget, words: str) -> None:
    """Have this said of a window that gets the keyboard, in place of its title or text."""
    window.setProperty(_ANNOUNCED_AS, words)


def window_name(window: QWidget) -> str:
    """Return what is said of a window that gets the keyboard; of a message box that is its text."""
    if spoken := window.property(_ANNOUNCED_AS):
        return str(spoken)
    if isinstance(window, QMessageBox):
        return " ".join(filter(None, (window.text(), window.informativeText())))
    interface = QAccessible.queryAccessibleInterface(window)
    kind = tr("dialog") if interface is not None and interface.role() == _Role.Dialog else ""
    return _sentence(tuple(filter(None, (window.windowTitle(), kind))))


def _item(view: QAbstractItemView) -> Description | None:
    """Return the description of the current item of a list, a table or a tree; None where there is none.

    It is read from the model: Qt brings its accessibility interfaces of items up to date only while a reader runs.
    """
    index = view.currentIndex()
    if not index.isValid():
        return None
    text = str(index.data(_Item.AccessibleTextRole) or index.data(_Item.DisplayRole) or "").strip() or tr("empty")
    more = str(index.data(_Item.AccessibleDescriptionRole) or "")
    flags, checked, states = index.flags(), index.data(_Item.CheckStateRole), []
    if flags & Qt.ItemFlag.ItemIsUserCheckable and checked is not None:
        states.append(tr("checked") if Qt.CheckState(checked) == Qt.CheckState.Checked else tr("not checked"))
    if isinstance(view, QTreeView) and view.model().hasChildren(index):
        states.append(tr("expanded") if view.isExpanded(index) else tr("collapsed"))
    if not flags & Qt.ItemFlag.ItemIsEnabled:
        states.append(tr("unavailable"))
    number, count = index.row() + 1, view.model().rowCount(index.parent())
    if not isinstance(view, QTableView):
        position = tr("{number} of {count}", number=number, count=count) if count > 1 else ""
        return Description(text, states=tuple(states), position=position, help=more)
    position = tr("row {number} of {count}", number=number, count=count)
    if view.selectionBehavior() == QAbstractItemView.SelectionBehavior.SelectRows:
        return Description(more or text, states=tuple(states), position=position)  # it tells all of the row
    title = view.model().headerData(index.column(), Qt.Orientation.Horizontal)
    name = f"{title}, {text}" if title and not str(title).isdecimal() else text
    return Description(name, states=tuple(states), position=position, help=more)


def _plain(name: str) -> str:
    return name.strip().rstrip("…:")


def _sentence(parts: tuple[str, ...]) -> str:
    text = ", ".join(part.rstrip(".") if number < len(parts) - 1 else part for number, part in enumerate(parts))
    return text if not text or text[-1] in ".?!…。？！" else f"{text}."


def _role(interface: QAccessibleInterface) -> QAccessible.Role:
    """Return the role; a field that records keys is one of its own, which Qt does not know of it."""
    widget = interface.object()
    return _Role.HotkeyField if widget is not None and widget.property(RECORDS_KEYS) else interface.role()


def _role_word(interface: QAccessibleInterface) -> str:
    role = _role(interface)
    if role == _Role.MenuItem and interface.childCount():
        role = _Role.PopupMenu
    if role == _Role.Button and interface.state().checkable:
        return tr("toggle button")
    return tr(_ROLES[role]) if role in _ROLES else ""


def _letter_in_menu(interface: QAccessibleInterface, key: str) -> str:
    """Return the access key of an entry in an open menu as its letter alone, and any other key as it is."""
    action, parent = interface.object(), interface.parent()
    if not isinstance(action, QAction) or parent is None or parent.role() != _Role.PopupMenu:
        return key
    access_key = QKeySequence.mnemonic(action.text()).toString(QKeySequence.SequenceFormat.NativeText)
    return key.rpartition("+")[2] if key == access_key else key


def _discloses(interface: QAccessibleInterface) -> bool:
    widget = interface.object()
    return widget is not None and bool(widget.property(DISCLOSES))


def _combo_box_name(interface: QAccessibleInterface) -> str:
    """Return the name of a combo box, for which Qt gives its value on Linux."""
    widget = interface.object()
    if isinstance(widget, QWidget) and widget.accessibleName():
        return _plain(widget.accessibleName())
    labels = [each for each, _ in interface.relations(QAccessible.RelationFlag.Label)]
    return _plain(labels[0].text(_Text.Name)) if labels else ""


def _states(role: QAccessible.Role, state: QAccessible.State) -> tuple[str, ...]:
    said = []
    if state.checkable and role in _CHECKED:
        checked = tr("checked") if state.checked else tr("not checked")
        said.append(tr("partly checked") if state.checkStateMixed else checked)
    if state.checkable and role == _Role.Button:
        said.append(tr("pressed") if state.checked else tr("not pressed"))
    if role == _Role.EditableText and state.passwordEdit:
        said.append(tr("password"))
    if role == _Role.EditableText and state.readOnly:
        said.append(tr("read only"))
    if state.disabled:
        said.append(tr("unavailable"))
    return tuple(said)


def _description(interface: QAccessibleInterface) -> str:
    """Return what stands for help; the words of an empty field are seen, and heard, only as long as it is empty."""
    text, field = interface.text(_Text.Description).strip(), interface.object()
    is_hidden = isinstance(field, QLineEdit) and field.text() and text == field.placeholderText().strip()
    return "" if is_hidden else text


def _value(interface: QAccessibleInterface) -> str:
    role, state = _role(interface), interface.state()
    if role == _Role.HotkeyField and isinstance(field := interface.object(), QLineEdit):
        return field.text() or field.placeholderText()
    if role == _Role.EditableText:
        if state.passwordEdit:
            return ""
        widget = interface.object()
        text = (
            widget.textCursor().block().text()
            if isinstance(widget, QPlainTextEdit | QTextEdit)
            else interface.text(_Text.Value)
        )
        return text.strip() or tr("empty")
    value = interface.text(_Text.Value)
    numbers = interface.valueInterface() if role in (_Role.Slider, _Role.ProgressBar) else None
    if value and numbers is not None and (numbers.minimumValue(), numbers.maximumValue()) == (0, 100):
        return tr("{percent} percent", percent=value)
    return value


def _position(interface: QAccessibleInterface) -> str:
    """Return where it is among others, such as "1 of 7"."""
    role, widget = interface.role(), interface.object()
    if isinstance(widget, QComboBox):
        number, count = widget.currentIndex() + 1, widget.count()
    elif role in _COUNTED and (parent := interface.parent()) is not None:
        beside = [parent.child(index) for index in range(parent.childCount())]
        same = [each for each in beside if each.role() == role and not each.state().invisible]
        own = next((index for index, each in enumerate(same) if _is_same(each, interface)), -1)
        number, count = own + 1, len(same)
    else:
        return ""
    return tr("{number} of {count}", number=number, count=count) if number and count > 1 else ""


def _is_same(first: QAccessibleInterface, second: QAccessibleInterface) -> bool:
    one, other = first.object(), second.object()
    return one is other if one is not None else first.rect() == second.rect()
