//! Sentences that say what happened and what to do next, and the shape of what is still loading.

use leptos::prelude::*;

use crate::error::AppError;
use crate::paths;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoticeKind {
    Error,
    Success,
    Warning,
}

impl NoticeKind {
    const fn code(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Success => "success",
            Self::Warning => "warning",
        }
    }
}

#[component]
pub fn Notice(kind: NoticeKind, children: Children) -> impl IntoView {
    let role = if kind == NoticeKind::Error { "alert" } else { "status" };
    view! { <div class="notice" data-kind=kind.code() role=role>{children()}</div> }
}

/// An error in place of a screen or a list, with the way on.
#[component]
pub fn ErrorNotice(error: AppError) -> impl IntoView {
    let (title, way_on) = match &error {
        AppError::NotFound => ("Not found", Some((paths::HOME, "Go to your events"))),
        AppError::Unauthenticated => ("Signed out", Some((paths::SIGN_IN, "Sign in"))),
        _ => ("That did not work", None),
    };
    view! {
        <div class="notice" data-kind="error" role="alert">
            <div>
                <h1>{title}</h1>
                <p>{error.to_string()}</p>
                {way_on.map(|(href, label)| view! { <p><a class="text" href=href rel="external">{label}</a></p> }.into_any())}
            </div>
        </div>
    }
}

/// An error beside what the screen still shows. `title` says what did not happen.
#[component]
pub fn InlineError(title: &'static str, error: AppError) -> impl IntoView {
    view! {
        <Notice kind=NoticeKind::Error>
            <p><b>{title}</b> " " {error.to_string()}</p>
        </Notice>
    }
}

/// Grey lines where rows will be.
#[component]
pub fn Skeleton(#[prop(default = 6)] lines: u32) -> impl IntoView {
    view! {
        <div class="skeleton" aria-busy="true">
            <span class="visually-hidden">"Loading…"</span>
            {(0..lines).map(|_| view! { <span class="line"></span> }.into_any()).collect_view()}
        </div>
    }
}
