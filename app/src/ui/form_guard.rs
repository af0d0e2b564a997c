//! What a form with a Save button owes its user: the key they know, and a question before typing is lost.

use std::cell::RefCell;
use std::rc::Rc;

use leptos::ev;
use leptos::prelude::*;

/// Saves on Ctrl+S or Cmd+S anywhere on the page, while the calling component lives.
pub fn on_save_key(save: impl Fn() + 'static) {
    listen_for_save_key(Rc::new(save));
}

fn listen_for_save_key(save: Rc<dyn Fn()>) {
    Effect::new(move |_| {
        let save = Rc::clone(&save);
        let listener = window_event_listener(ev::keydown, move |ev| {
            if (ev.ctrl_key() || ev.meta_key()) && ev.key().eq_ignore_ascii_case("s") {
                ev.prevent_default();
                save();
            }
        });
        on_cleanup(move || listener.remove());
    });
}

thread_local! {
    static ASKING: RefCell<Option<WindowListenerHandle>> = const { RefCell::new(None) };
    /// Where something typed is not saved.
    static UNSAVED: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// Lets the browser ask before the page is left while something typed is not saved `here` or elsewhere, whichever screen is shown.
/// Browser only.
pub fn warn_on_leaving(here: &str, unsaved: bool) {
    let any = UNSAVED.with_borrow_mut(|all| {
        all.retain(|other| other != here);
        if unsaved {
            all.push(here.to_owned());
        }
        !all.is_empty()
    });
    ASKING.with_borrow_mut(|asking| {
        if any {
            asking.get_or_insert_with(|| window_event_listener(ev::beforeunload, |ev| ev.prevent_default()));
        } else if let Some(listener) = asking.take() {
            listener.remove();
        }
    });
}
