//! Whom to send to: the choice, what it comes to, and the button that begins it.

use leptos::prelude::*;

use super::{BatchChoice, Candidate, Choice, StartBatch, Who};
use crate::paths;
use crate::plain_form::{PostForm, RefusedForm, form_key};
use crate::planner::LinkKind;
use crate::ui::InlineError;

/// `ticked` are those whom the form in the address has ticked, whatever was chosen beside them, with commas between.
pub fn chooser(page: &BatchChoice, choice: Option<&Choice>, ticked: &str) -> AnyView {
    let refused = RefusedForm::of::<StartBatch>();
    view! {
        <h2>{page.name.clone()}</h2>
        {refused.map(|refused| view! { <InlineError title="Nothing was sent." error=refused.error /> }.into_any())}
        {choice.map(|choice| passed_over(choice, ticked))}
        {choice.map(|choice| preview(page, choice))}
        {question(page, choice, ticked)}
    }
    .into_any()
}

/// Without scripts a tick does not choose; then it is said that it did not count.
fn passed_over(choice: &Choice, ticked: &str) -> Option<AnyView> {
    (choice.who != Who::Rows && !ticked.is_empty()).then(|| {
        view! {
            <p class="notice" data-kind="warning" role="status">
                "You ticked people, but another choice was made, and that is what counts. To send to those you ticked, choose “Those ticked below” and show who gets it again."
            </p>
        }
        .into_any()
    })
}

/// Asks by the address of the page, so that it works without scripts and can be gone back to.
fn question(page: &BatchChoice, choice: Option<&Choice>, ticked: &str) -> AnyView {
    let kind = choice.map_or(LinkKind::Share, |choice| choice.kind);
    let who = choice.map_or(Who::NotInvited, |choice| choice.who);
    let option = |name: &'static str, code: &'static str, label: &'static str, is_set: bool| {
        view! {
            <label class="check">
                <input type="radio" name=name value=code checked=is_set />
                <span>{label}</span>
            </label>
        }
        .into_any()
    };
    let kinds = [(LinkKind::Share, "Their share link"), (LinkKind::Rsvp, "An RSVP invite")];
    let kinds = kinds.into_iter().filter(|(kind, _)| page.asks || *kind == LinkKind::Share);
    let kinds = kinds.map(|(one, label)| option("kind", one.code(), label, one == kind)).collect_view();
    let groups = Who::ALL.into_iter().filter(|who| page.asks || *who != Who::NotAnswered);
    let groups = groups.map(|one| option("who", one.code(), one.label(), one == who)).collect_view();
    let people = page.people.iter().map(|person| tick(person, ticked)).collect_view();
    view! {
        <form class="form card" method="get" action=paths::batch(page.event)>
            <fieldset>
                <legend>"Send"</legend>
                {kinds}
            </fieldset>
            <fieldset>
                <legend>"To"</legend>
                {groups}
            </fieldset>
            <details class="accordion" open=who == Who::Rows || !ticked.is_empty()>
                <summary>
                    <h3>"Tick people"</h3>
                    <span class="fine">{format!("{} on this event", page.people.len())}</span>
                </summary>
                // Whoever ticks somebody means those: start.js.
                <div class="body" data-chooses="rows">{people}</div>
            </details>
            <div class="actions">
                <button class="button">"Show who gets it"</button>
            </div>
        </form>
    }
    .into_any()
}

fn tick(person: &Candidate, ticked: &str) -> AnyView {
    let crew = person.crew.to_string();
    let is_ticked = ticked.split(',').any(|one| one == crew);
    view! {
        <label class="check">
            <input
                type="checkbox"
                name="crew"
                value=crew
                checked=is_ticked
            />
            <span>
                {person.name.clone()}
                " "
                <span class="fine">{person.address.clone().unwrap_or_else(|| "No address".into())}</span>
            </span>
        </label>
    }
    .into_any()
}

fn preview(page: &BatchChoice, choice: &Choice) -> AnyView {
    let chosen: Vec<&Candidate> = page.people.iter().filter(|person| person.is_chosen).collect();
    // Whoever comes to the event meanwhile is not sent to unseen.
    let rows = chosen.iter().map(|person| person.crew.to_string()).collect::<Vec<_>>().join(",");
    let (left_out, get): (Vec<&Candidate>, Vec<_>) = chosen.into_iter().partition(|person| person.left_out.is_some());
    let mail = if choice.kind == LinkKind::Rsvp { "RSVP invite" } else { "share link" };
    let count = people(get.len());
    let button = (!get.is_empty()).then(|| {
        let form = PostForm::of::<StartBatch>(paths::batch(page.event))
            .with("event", page.event.to_string())
            .with("kind", choice.kind.code().to_owned())
            .with("who", choice.who.code().to_owned())
            .with("rows", rows);
        let undo = match page.undo_seconds {
            0 => "The mails go out at once and cannot be taken back.".to_owned(),
            undo => format!("Nothing goes out for {undo} seconds: until then you can take it back."),
        };
        let fields = view! {
            {form_key()}
            <div class="actions">
                <button class="button" data-kind="primary">{format!("Email {count}")}</button>
            </div>
            <p class="fine">{undo}</p>
        };
        form.plain(fields.into_any())
    });
    let sentence = match get.len() {
        0 => "Nobody gets a mail by this choice.".to_owned(),
        1 => format!("1 person gets the {mail}."),
        _ => format!("{count} get the {mail}."),
    };
    view! {
        <section class="card" aria-labelledby="preview">
            <header>
                <h2 id="preview">{sentence}</h2>
            </header>
            <div class="body">
                {button}
                {names("Who gets it", &get)}
                {names("Left out, and why", &left_out)}
            </div>
        </section>
    }
    .into_any()
}

fn names(title: &'static str, people: &[&Candidate]) -> Option<AnyView> {
    if people.is_empty() {
        return None;
    }
    let row = |person: &&Candidate| {
        let words = person.left_out.clone().or_else(|| person.address.clone()).unwrap_or_default();
        view! {
            <li>
                <span>
                    <a class="name" href=paths::contact(person.contact)>{person.name.clone()}</a>
                    " "
                    <span class="fine">{words}</span>
                </span>
            </li>
        }
        .into_any()
    };
    Some(
        view! {
            <h3>{format!("{title}: {}", people.len())}</h3>
            <ul class="people">{people.iter().map(row).collect_view()}</ul>
        }
        .into_any(),
    )
}

/// "1 person", "38 people"
pub fn people(count: usize) -> String {
    if count == 1 { "1 person".into() } else { format!("{count} people") }
}
