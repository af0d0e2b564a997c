//! Forms that the browser posts by itself: before the page is hydrated, without scripts, and after a page died.
//!
//! Every form posts to its server function, with the page it stands on in a hidden field. The server answers a success by
//! a redirect, and a refusal with that page again: the form finds what was typed, and why it was refused, in a
//! [`RefusedForm`]. Once the page is hydrated the forms ask by themselves, and nothing of this is used.

mod drafts;
mod fields;

pub(crate) use drafts::{forget_draft, forget_on_click, has_draft, keep, keep_draft};
pub use fields::{FieldKind, FormField, tick};
pub(crate) use fields::{form_field, not_saved, suggestions};
use leptos::ev;
use leptos::html::Input;
use leptos::prelude::*;
use leptos::server::codee::{Decoder, Encoder};
use leptos::server_fn::ServerFn;
use serde::{Deserialize, Serialize};

use crate::auth::SignOut;
use crate::batches::{TakeBackBatch, TakeBackPerson};
use crate::error::AppError;
use crate::events::{CancelEvent, DeleteEvent, RestoreEvent};
use crate::people::AddPerson;
use crate::planner::{RemoveCrew, RestoreCrew};
use crate::requests::{ApproveUpload, DeleteRequest, RemoveReference, RestoreRequest};
use crate::run_of_show::SaveItem;
use crate::spaces::{DeleteSpace, RestoreSpace};
use crate::ui::{dynamic, is_hydrated};
use crate::wire::{DecodeError, Wire, decode, encode, from_base64, to_base64};

/// The hidden field that names the page, as a path on this site.
pub const PAGE: &str = "page";

/// A form that was posted and refused. The server leaves it in the extensions of the request that renders the page again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedForm {
    /// Path of the server function.
    pub function: String,
    /// As posted, without passwords.
    pub fields: Vec<(String, String)>,
    pub error: AppError,
}

impl RefusedForm {
    /// Makes the refused form, if there is one, known to the page, on the server and while it is hydrated.
    pub(crate) fn provide() {
        let refused = SharedValue::<Posted, Wire>::new_with_encoding(|| Posted(posted()));
        provide_context(refused.into_inner());
    }

    /// Returns the refused form if it was posted to this server function. A form that is made in the browser, later, is a
    /// new one.
    pub(crate) fn of<F: ServerFn>() -> Option<Self> {
        Self::posted_to(F::PATH)
    }

    /// Returns the refused form if it was posted to this address.
    pub(crate) fn posted_to(function: &str) -> Option<Self> {
        if is_hydrated() {
            return None;
        }
        use_context::<Posted>()?.0.filter(|refused| refused.function == function)
    }

    /// Returns the refused form, to whatever it was posted.
    #[cfg(feature = "ssr")]
    pub(crate) fn any() -> Option<Self> {
        posted()
    }

    /// Returns the page that is shown again, as it is to stand in the address bar.
    #[cfg(feature = "ssr")]
    pub(crate) fn page() -> Option<String> {
        posted()?.field(PAGE).map(ToOwned::to_owned)
    }

    /// Returns the error of a post that no form of the page tells of: of a button by itself, and of what is gone meanwhile.
    pub(crate) fn error_of_no_form() -> Option<AppError> {
        const BUTTONS: [&str; 15] = [
            SignOut::PATH,
            CancelEvent::PATH,
            DeleteEvent::PATH,
            RestoreEvent::PATH,
            DeleteSpace::PATH,
            RestoreSpace::PATH,
            AddPerson::PATH,
            RemoveCrew::PATH,
            RestoreCrew::PATH,
            DeleteRequest::PATH,
            RestoreRequest::PATH,
            RemoveReference::PATH,
            ApproveUpload::PATH,
            TakeBackBatch::PATH,
            TakeBackPerson::PATH,
        ];
        let refused = use_context::<Posted>()?.0.filter(|_| !is_hydrated())?;
        // The page of an item says who deleted it.
        let is_gone = refused.error == AppError::NotFound && refused.function != SaveItem::PATH;
        (BUTTONS.contains(&&*refused.function) || is_gone).then_some(refused.error)
    }

    /// Returns what was typed into the field with this name.
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str())
    }
}

#[derive(Clone, Debug)]
struct Posted(Option<RefusedForm>);

#[cfg(feature = "ssr")]
fn posted() -> Option<RefusedForm> {
    use_context::<http::request::Parts>()?.extensions.get::<RefusedForm>().cloned()
}

#[cfg(not(feature = "ssr"))]
fn posted() -> Option<RefusedForm> {
    None
}

impl Encoder<Posted> for Wire {
    type Error = DecodeError;
    type Encoded = String;

    fn encode(value: &Posted) -> Result<String, DecodeError> {
        Ok(to_base64(encode(&value.0)))
    }
}

impl Decoder<Posted> for Wire {
    type Error = DecodeError;
    type Encoded = str;

    fn decode(text: &str) -> Result<Posted, DecodeError> {
        decode(&from_base64(text)?).map(Posted)
    }
}

/// A form that posts to a server function, and that asks it by `submit` instead once the page is hydrated.
pub(crate) struct PostForm {
    pub function: &'static str,
    pub id: Option<String>,
    pub class: &'static str,
    /// What it is to screen readers, if that is not plain from where it stands.
    pub label: Option<&'static str>,
    /// Hidden fields: the page that the form stands on, and what the function is to know.
    pub fields: Vec<(&'static str, String)>,
}

impl PostForm {
    /// A form of `F` on a page, which is a path on this site.
    pub fn of<F: ServerFn>(page: String) -> Self {
        Self { function: F::PATH, id: None, class: "", label: None, fields: vec![(PAGE, page)] }
    }

    pub fn with(mut self, name: &'static str, value: String) -> Self {
        self.fields.push((name, value));
        self
    }

    pub fn view(self, submit: impl Fn() + 'static, children: AnyView) -> AnyView {
        self.erased(Some(Box::new(submit)), children)
    }

    /// A form that the browser posts in any case: what it answers is another page.
    pub fn plain(self, children: AnyView) -> AnyView {
        self.erased(None, children)
    }

    /// Not generic, so that it is compiled once for all forms.
    pub fn erased(self, submit: Option<Box<dyn Fn()>>, children: AnyView) -> AnyView {
        let Self { function, id, class, label, fields } = self;
        let on_submit = move |ev: ev::SubmitEvent| {
            if let Some(submit) = &submit {
                ev.prevent_default();
                submit();
            }
        };
        let hidden = fields.into_iter().map(|(name, value)| hidden(name, value)).collect_view();
        view! {
            <form
                id=id
                class=(!class.is_empty()).then_some(class)
                aria-label=label
                method="post"
                action=function
                novalidate
                on:submit=on_submit
            >
                {hidden}
                {children}
            </form>
        }
        .into_any()
    }
}

fn hidden(name: &'static str, value: String) -> AnyView {
    view! { <input type="hidden" name=name value=value /> }.into_any()
}

/// A hidden field whose value changes. `value` may read signals.
pub(crate) fn dynamic_field(name: &'static str, value: impl Fn() -> String + Send + 'static) -> AnyView {
    dynamic(move || hidden(name, value()))
}

/// The form's idempotency key: the same form posted twice is one result. What the page came with stays, so read it off
/// the field.
#[component]
pub(crate) fn FormKey(
    field: NodeRef<Input>,
    /// Of a form that was left, and is shown again.
    first: Option<String>,
) -> impl IntoView {
    view! { <input type="hidden" name="key" value=first.unwrap_or_else(new_key) node_ref=field /> }
}

/// The key of a form that the browser posts in any case.
pub(crate) fn form_key() -> AnyView {
    hidden("key", new_key())
}

/// Unique, and no secret.
#[cfg(feature = "ssr")]
pub(crate) fn new_key() -> String {
    let nonce = leptos::nonce::use_nonce().map(|nonce| nonce.to_string()).unwrap_or_default();
    nonce.chars().filter(char::is_ascii_alphanumeric).collect()
}

#[cfg(not(feature = "ssr"))]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "any 32 bits do")]
pub(crate) fn new_key() -> String {
    let random = || (js_sys::Math::random() * f64::from(u32::MAX)) as u32;
    format!("{:x}-{:x}-{:x}", random(), random(), random())
}
