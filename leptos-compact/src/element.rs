//! An element whose tag, attributes and children are values.

use std::borrow::Cow;
use std::sync::{Arc, Mutex, PoisonError};

use upstream::prelude::*;
use upstream::tachys::html::attribute::Attribute;
use upstream::tachys::html::attribute::any_attribute::{AnyAttribute, AnyAttributeState, IntoAnyAttribute};
use upstream::tachys::html::attribute::custom::{CustomAttributeKey, custom_attribute};
use upstream::tachys::html::element::ElementType;
use upstream::tachys::html::event::{Custom, EventDescriptor, on};
use upstream::tachys::html::node_ref::{NodeRefContainer, node_ref};
use upstream::tachys::html::property::{IntoProperty, prop};
use upstream::tachys::hydration::Cursor;
use upstream::tachys::renderer::types::{Element as DomElement, Event, Node};
use upstream::tachys::renderer::{CastFrom, Rndr};
use upstream::tachys::view::any_view::{AnyView, AnyViewState};
use upstream::tachys::view::iterators::{StaticVec, StaticVecState};
use upstream::tachys::view::{Mountable, Position, PositionState, Render, RenderHtml};

/// Any HTML element, before it is in the document. Has the methods that `view!` calls on Leptos' own.
#[must_use]
pub struct Element(Box<Parts>);

struct Parts {
    tag: &'static str,
    attributes: Vec<(Key, AnyAttribute)>,
    children: Vec<AnyView>,
}

/// Its text is its own: the server's HTML has no marks of ours in it, so there is nothing within to take over.
const TEXTAREA: &str = "textarea";

/// What an attribute sets, and how: where both are the same, in the same order, an element that is drawn again only takes
/// the new values.
type Key = (&'static str, Kind);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Changing,
    Property,
    Listener,
    Reference,
    /// Added from outside. Of these nothing is known, so none is taken for another.
    Added,
}

/// An element in the document.
pub struct ElementState {
    element: DomElement,
    tag: &'static str,
    attributes: Vec<(Key, AnyAttributeState)>,
    children: Option<StaticVecState<AnyViewState>>,
}

impl Element {
    pub(crate) fn new(tag: &'static str) -> Self {
        Self(Box::new(Parts { tag, attributes: Vec::new(), children: Vec::new() }))
    }

    pub fn child<C>(self, child: C) -> Self
    where
        C: IntoRender,
        C::Output: RenderHtml,
    {
        self.with_child(child.into_render().into_any())
    }

    pub fn attr(self, name: &'static str, value: impl Value) -> Self {
        value.set(self, name)
    }

    pub fn prop<P: IntoProperty + 'static>(self, name: &'static str, value: P) -> Self {
        self.with((name, Kind::Property), prop(Name(name), value).into_any_attr())
    }

    pub fn on<E>(self, event: E, mut callback: impl FnMut(E::EventType) + 'static) -> Self
    where
        E: EventDescriptor,
        E::EventType: From<Event>,
    {
        const { assert!(!E::CAPTURE, "a listener here hears an event as it bubbles") };
        self.with_listener(event.name(), Box::new(move |event| callback(event.into())))
    }

    pub fn node_ref<E, C>(self, container: C) -> Self
    where
        E: ElementType,
        C: NodeRefContainer<E>,
    {
        self.with(("ref", Kind::Reference), node_ref::<E, C>(container).into_any_attr())
    }

    #[inline(never)]
    fn with(mut self, key: Key, attribute: AnyAttribute) -> Self {
        self.0.attributes.push((key, attribute));
        self
    }

    #[inline(never)]
    fn with_child(mut self, child: AnyView) -> Self {
        self.0.children.push(child);
        self
    }

    #[inline(never)]
    fn with_listener(self, name: Cow<'static, str>, callback: Box<dyn FnMut(Event)>) -> Self {
        let listener = on(Custom::<Event>::new(name), callback);
        self.with(("on", Kind::Listener), listener.into_any_attr())
    }

    #[inline(never)]
    fn with_text(self, name: &'static str, value: Option<Arc<str>>) -> Self {
        self.with((name, Kind::Text), custom_attribute(Name(name), value).into_any_attr())
    }

    #[inline(never)]
    fn with_changing(self, name: &'static str, value: Changing<Option<Arc<str>>>) -> Self {
        self.with((name, Kind::Changing), custom_attribute(Name(name), value).into_any_attr())
    }
}

/// What an attribute may be set to.
pub trait Value {
    fn set(self, element: Element, name: &'static str) -> Element;
}

impl<T: Text> Value for T {
    fn set(self, element: Element, name: &'static str) -> Element {
        element.with_text(name, self.text())
    }
}

/// What `view!` makes of a closure.
type Changing<T> = Arc<Mutex<dyn FnMut() -> T + Send>>;

impl<T: Text> Value for Changing<T> {
    fn set(self, element: Element, name: &'static str) -> Element {
        let text = move || (*self.lock().unwrap_or_else(PoisonError::into_inner))().text();
        element.with_changing(name, Arc::new(Mutex::new(text)))
    }
}

/// The text of an attribute; `None` leaves the attribute away.
pub trait Text: 'static {
    fn text(self) -> Option<Arc<str>>;
}

impl Text for &'static str {
    fn text(self) -> Option<Arc<str>> {
        Some(self.into())
    }
}

impl Text for String {
    fn text(self) -> Option<Arc<str>> {
        Some(self.into())
    }
}

impl Text for bool {
    fn text(self) -> Option<Arc<str>> {
        self.then(|| "".into())
    }
}

impl Text for u32 {
    fn text(self) -> Option<Arc<str>> {
        self.to_string().text()
    }
}

impl<T: Text> Text for Option<T> {
    fn text(self) -> Option<Arc<str>> {
        self.and_then(T::text)
    }
}

macro_rules! attributes {
    ($($method:ident $name:literal)*) => {
        /// The attributes that our views set.
        impl Element {$(
            pub fn $method(self, value: impl Value) -> Self {
                self.attr($name, value)
            }
        )*}
    };
}

attributes! {
    action "action"
    aria_busy "aria-busy"
    aria_current "aria-current"
    aria_describedby "aria-describedby"
    aria_disabled "aria-disabled"
    aria_expanded "aria-expanded"
    aria_hidden "aria-hidden"
    aria_invalid "aria-invalid"
    aria_label "aria-label"
    aria_labelledby "aria-labelledby"
    aria_live "aria-live"
    aria_pressed "aria-pressed"
    autocomplete "autocomplete"
    class "class"
    datetime "datetime"
    disabled "disabled"
    r#for "for"
    hidden "hidden"
    href "href"
    id "id"
    inputmode "inputmode"
    maxlength "maxlength"
    method "method"
    name "name"
    novalidate "novalidate"
    open "open"
    placeholder "placeholder"
    readonly "readonly"
    rel "rel"
    required "required"
    role "role"
    rows "rows"
    tabindex "tabindex"
    target "target"
    title "title"
    r#type "type"
    value "value"
}

/// A name that Leptos counts among those it knows, so that it does not set again what the server has written.
#[derive(Clone)]
struct Name(&'static str);

impl AsRef<str> for Name {
    fn as_ref(&self) -> &str {
        self.0
    }
}

impl CustomAttributeKey for Name {
    const KEY: &'static str = "name";
}

impl Render for Element {
    type State = ElementState;

    fn build(self) -> ElementState {
        let Parts { tag, attributes, children } = *self.0;
        let element = Rndr::create_element(tag, None);
        let attributes = attributes.into_iter().map(|(key, value)| (key, value.build(&element))).collect();
        let children = (!children.is_empty()).then(|| {
            let mut children = StaticVec::from(children).build();
            children.mount(&element, None);
            children
        });
        ElementState { element, tag, attributes, children }
    }

    fn rebuild(self, state: &mut ElementState) {
        if !state.takes(&self.0) {
            let mut new = self.build();
            state.insert_before_this(&mut new);
            state.unmount();
            *state = new;
            return;
        }
        for ((_, new), (_, old)) in self.0.attributes.into_iter().zip(&mut state.attributes) {
            new.rebuild(old);
        }
        if let Some(children) = &mut state.children {
            StaticVec::from(self.0.children).rebuild(children);
        }
    }
}

impl ElementState {
    /// Whether the element can become `new` by changing values alone.
    fn takes(&self, new: &Parts) -> bool {
        let same = |((old, _), (new, _)): (&(Key, _), &(Key, _))| old == new && old.1 != Kind::Added;
        self.tag == new.tag
            && (self.children.is_none() == new.children.is_empty() || self.tag == TEXTAREA)
            && self.attributes.len() == new.attributes.len()
            && self.attributes.iter().zip(&new.attributes).all(same)
    }
}

impl RenderHtml for Element {
    type AsyncOutput = Self;
    type Owned = Self;

    const MIN_LENGTH: usize = 0;

    fn dry_resolve(&mut self) {}

    async fn resolve(self) -> Self {
        self
    }

    fn to_html_with_buf(self, _: &mut String, _: &mut Position, _: bool, _: bool, _: Vec<AnyAttribute>) {
        unreachable!("the browser writes no HTML")
    }

    fn hydrate<const FROM_SERVER: bool>(self, cursor: &Cursor, position: &PositionState) -> ElementState {
        let (mut state, children) = self.enter(cursor, position);
        if !children.is_empty() {
            state.children = Some(StaticVec::from(children).hydrate::<true>(cursor, position));
        }
        state.leave(cursor, position);
        state
    }

    async fn hydrate_async(self, cursor: &Cursor, position: &PositionState) -> ElementState {
        let (mut state, children) = self.enter(cursor, position);
        if !children.is_empty() {
            state.children = Some(StaticVec::from(children).hydrate_async(cursor, position).await);
        }
        state.leave(cursor, position);
        state
    }

    fn into_owned(self) -> Self {
        self
    }
}

impl Element {
    /// Takes over the server's element at the cursor, and gives back what is to be taken over within.
    fn enter(self, cursor: &Cursor, position: &PositionState) -> (ElementState, Vec<AnyView>) {
        let Parts { tag, attributes, children } = *self.0;
        match position.get() {
            Position::FirstChild => cursor.child(),
            Position::Current => {}
            _ => cursor.sibling(),
        }
        let element = DomElement::cast_from(cursor.current());
        let element = element.unwrap_or_else(|| panic!("the server's HTML has no <{tag}> where this page expects one"));
        let attributes = attributes.into_iter().map(|(key, value)| (key, value.hydrate::<true>(&element))).collect();
        position.set(Position::FirstChild);
        let within = if tag == TEXTAREA { Vec::new() } else { children };
        (ElementState { element, tag, attributes, children: None }, within)
    }
}

impl ElementState {
    /// Goes on behind the element.
    fn leave(&self, cursor: &Cursor, position: &PositionState) {
        cursor.set(AsRef::<Node>::as_ref(&self.element).clone());
        position.set(Position::NextChild);
    }
}

impl AddAnyAttr for Element {
    type Output<A: Attribute> = Self;

    fn add_any_attr<A: Attribute>(self, attribute: A) -> Self {
        self.with(("", Kind::Added), attribute.into_any_attr())
    }
}

impl Mountable for ElementState {
    fn unmount(&mut self) {
        Rndr::remove(&self.element);
    }

    fn mount(&mut self, parent: &DomElement, marker: Option<&Node>) {
        Rndr::insert_node(parent, &self.element, marker);
    }

    fn try_mount(&mut self, parent: &DomElement, marker: Option<&Node>) -> bool {
        Rndr::try_insert_node(parent, &self.element, marker)
    }

    fn insert_before_this(&self, child: &mut dyn Mountable) -> bool {
        let parent = Rndr::get_parent(&self.element).and_then(DomElement::cast_from);
        if let Some(parent) = &parent {
            child.mount(parent, Some(&self.element));
        }
        parent.is_some()
    }

    fn elements(&self) -> Vec<DomElement> {
        vec![self.element.clone()]
    }
}
