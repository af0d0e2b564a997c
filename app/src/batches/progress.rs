//! How a batch fares: what can still be taken back, how many mails have left, and what became of each person. It stays.

use leptos::prelude::*;

use super::chooser::people;
use super::{BatchList, BatchPage, BatchPerson, BatchRow, BatchState, Outcome, TakeBackBatch, TakeBackPerson};
use crate::domain::ids::BatchId;
use crate::paths;
use crate::plain_form::PostForm;
use crate::planner::LinkKind;
use crate::ui::dotted;

pub fn progress(page: &BatchPage) -> AnyView {
    let BatchPage { batch, .. } = page;
    // Of those who get one.
    let all = batch.waiting + batch.sent;
    let bar = (all > 0).then(|| {
        let words = format!("{} of {all} mails have gone out", page.gone_out);
        let settled = (page.gone_out + page.given_up).to_string();
        view! {
            <p>
                <label for="progress">{words}</label>
                <br />
                <progress id="progress" max=all.to_string() value=settled></progress>
            </p>
        }
        .into_any()
    });
    let undo = batch.state.is_open().then(|| {
        let form = PostForm::of::<TakeBackBatch>(paths::batch_progress(batch.event, batch.id));
        let label = if batch.state == BatchState::Waiting { "Undo: send to nobody" } else { "Stop: send no more" };
        let button = view! { <button class="button" data-kind="primary">{label}</button> };
        form.with("batch", batch.id.to_string()).plain(button.into_any())
    });
    let rows = page.people.iter().map(|person| row(batch, person)).collect_view();
    view! {
        <section class="card" aria-labelledby="batch">
            <header>
                <h2 id="batch">{page.name.clone()}</h2>
                <span class="fine">{facts(batch)}</span>
            </header>
            <div class="body">
                <p role="status">{page.status.clone()}</p>
                {bar}
                {undo}
                <p class="fine">{counts(batch)}</p>
            </div>
            <ul class="people">{rows}</ul>
        </section>
        <p><a class="text" href=paths::batch(batch.event)>"Email others"</a></p>
    }
    .into_any()
}

fn row(batch: &BatchRow, person: &BatchPerson) -> AnyView {
    let undo = (person.outcome == Outcome::Waiting)
        .then(|| take_back(batch.id, paths::batch_progress(batch.event, batch.id), person));
    let words = dotted(&[person.outcome.label(), &person.words]);
    view! {
        <li data-outcome=person.outcome.code()>
            <span>
                <a class="name" href=paths::contact(person.contact)>{person.name.clone()}</a>
                " "
                <span class="fine">{words}</span>
            </span>
            {undo}
        </li>
    }
    .into_any()
}

fn take_back(batch: BatchId, page: String, person: &BatchPerson) -> AnyView {
    let form =
        PostForm::of::<TakeBackPerson>(page).with("batch", batch.to_string()).with("crew", person.crew.to_string());
    let name = format!(" {}", person.name);
    let button = view! { <button class="button">"Take back" <span class="visually-hidden">{name}</span></button> };
    form.plain(button.into_any())
}

pub fn list(list: &BatchList) -> AnyView {
    if list.batches.is_empty() {
        return ().into_any();
    }
    let row = |batch: &BatchRow| {
        view! {
            <li>
                <a class="row-link" href=paths::batch_progress(batch.event, batch.id)>
                    <span class="name">{facts(batch)}</span>
                    <span class="secondary">{batch.state.label()}</span>
                    <span class="meta">{counts(batch)}</span>
                </a>
            </li>
        }
        .into_any()
    };
    view! {
        <section class="card" aria-labelledby="batches">
            <header>
                <h2 id="batches">"Sent to several before"</h2>
            </header>
            <ul class="rows">{list.batches.iter().map(row).collect_view()}</ul>
        </section>
    }
    .into_any()
}

/// "RSVP invite · Dana Owner · 23 Nov, 12:00"
fn facts(batch: &BatchRow) -> String {
    let kind = if batch.kind == LinkKind::Rsvp { "RSVP invite" } else { "Share link" };
    let at = format!("{}, {}", batch.made_at.day, batch.made_at.clock);
    dotted(&[kind, &batch.made_by, &at])
}

fn counts(batch: &BatchRow) -> String {
    let some = |count: u32, word: &str| if count > 0 { format!("{count} {word}") } else { String::new() };
    let all = people(usize::try_from(batch.people()).unwrap_or(usize::MAX));
    dotted(&[
        &all,
        &some(batch.waiting, "waiting"),
        &some(batch.sent, "sent"),
        &some(batch.left_out, "left out"),
        &some(batch.taken_back, "taken back"),
    ])
}
