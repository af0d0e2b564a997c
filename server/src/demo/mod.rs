//! The demo account: a venue in mid-season, with a wedding, a conference, some forty contacts and a history of emails in
//! all six states. The same every time, but for being placed around the present.
//!
//! Nothing here is sent: the history is written as if it had happened. Its states come out of the same projection as
//! real ones, and exactly the addresses that bounced or complained are blocked.

mod calendar;
mod conference;
mod history;
mod luis;
mod people;
mod store;
mod wedding;

use std::collections::HashMap;

use app::auth::Role;
use app::domain::address::fold;
use app::domain::ids::{AccountId, CrewId, MemberId};
use app::domain::rsvp::{Reply, RsvpSource};
use app::domain::time::{HOUR_MS, Timestamp};

use crate::accounts;
use crate::auth;
use crate::auth::store::NewMember;
use crate::contacts::{sort_name, words_of};
use crate::core::Core;
use crate::db::Write;
use crate::emails::suppressions;
use crate::error::StoreError;
use crate::rsvp;
use crate::search_words;
use crate::secret;
use crate::zone::Zone;
use calendar::EventPlan;
use history::EmailPlan;

const OWNER: (&str, &str) = (EMAIL, "Mira Okafor");
const HANDLER: (&str, &str) = ("handler@callboard.test", "Dev Khanna");
pub const EMAIL: &str = "demo@callboard.test";
/// Of both members.
pub const PASSWORD: &str = "callboard-demo";
pub const TIME_ZONE: &str = "Europe/Lisbon";

/// Whether this is how everybody can sign in to the demo. An address is as it is folded.
pub fn is_login(email_key: &str, password: &str) -> bool {
    password == PASSWORD && [OWNER, HANDLER].iter().any(|(email, _)| fold(email) == email_key)
}

/// Fills the demo account, if it is not there yet; says whether it did. All of it or nothing.
pub async fn fill(core: &Core) -> Result<bool, StoreError> {
    let mut transaction = core.db.write().await?;
    if store::member_exists(&mut transaction, &fold(OWNER.0)).await? {
        return Ok(false);
    }
    let now = core.clock.now();
    let account = auth::store::add_account(&mut transaction, "The Boathouse", now).await?;
    let members = [
        member(&mut transaction, account, OWNER, Role::Owner, now).await?,
        member(&mut transaction, account, HANDLER, Role::Handler, now).await?,
    ];
    let account = account.0;
    let contacts = contacts(&mut transaction, account, now).await?;
    let events = calendar::events(&Zone::named(TIME_ZONE), now);
    let cast = crew(core, &mut transaction, account, &events, &contacts, now).await?;
    timelines(&mut transaction, &cast, &events, &contacts).await?;
    emails(core, &mut transaction, account, members, &events, &contacts, &cast, now).await?;
    search_words::index_new(&mut transaction).await?;
    answers(&mut transaction, &cast, members[0], now).await?;
    transaction.commit().await?;
    tracing::info!("The demo account was filled.");
    Ok(true)
}

/// Ends the sessions of members who have the demo's password, for a server that does not offer the demo: everybody knows it.
/// Whoever has another one by now stays signed in.
pub async fn end_sessions(core: &Core) -> Result<(), StoreError> {
    for (email, _) in [OWNER, HANDLER] {
        let Some(login) = auth::store::login(&core.db, &fold(email)).await? else { continue };
        // Before the server listens there is room for it.
        let Some(place) = auth::Place::take() else { continue };
        if place.verify(PASSWORD.to_owned(), Some(login.password_hash)).await {
            let mut transaction = core.db.write().await?;
            auth::store::end_sessions(&mut transaction, MemberId(login.member_id), None).await?;
            transaction.commit().await?;
        }
    }
    Ok(())
}

async fn member(
    transaction: &mut Write,
    account: AccountId,
    (email, name): (&str, &str),
    role: Role,
    now: Timestamp,
) -> Result<i64, StoreError> {
    let password_hash = auth::hash_password(PASSWORD.to_owned()).await;
    let member = NewMember { email, name, password_hash: &password_hash, role };
    let id = auth::store::add_member(transaction, account, &member, now).await?;
    let id = id.ok_or_else(|| StoreError::corrupt("login of the demo", email))?;
    accounts::mark_verified(transaction, id, now).await?;
    Ok(id.0)
}

/// Contact ids by first name: nobody in the demo shares one.
type Contacts = HashMap<&'static str, i64>;

async fn contacts(transaction: &mut Write, account: i64, now: Timestamp) -> Result<Contacts, StoreError> {
    let added = now.plus_ms(-400 * calendar::DAY_MS);
    let ids = store::insert_contacts(transaction, account, people::PEOPLE, sort_name, added).await?;
    let words: Vec<_> = ids
        .iter()
        .zip(people::PEOPLE)
        .map(|(id, person)| (*id, words_of(person.first_name, person.last_name, person.organisation, person.email)))
        .collect();
    let account = AccountId(account);
    crate::contacts::insert_words(transaction, account, &words).await?;
    Ok(people::PEOPLE.iter().map(|person| person.first_name).zip(ids).collect())
}

/// What the later steps need to know of the events: their ids, and their crew rows with the links.
struct Cast {
    events: Vec<i64>,
    /// By place in the list of events, and first name.
    crew: HashMap<(usize, &'static str), CrewPlace>,
}

#[derive(Clone, Copy)]
struct CrewPlace {
    id: i64,
    link: Option<i64>,
}

async fn crew(
    core: &Core,
    transaction: &mut Write,
    account: i64,
    events: &[EventPlan],
    contacts: &Contacts,
    now: Timestamp,
) -> Result<Cast, StoreError> {
    let spaces = store::insert_spaces(transaction, account, calendar::SPACES).await?;
    let ids = store::insert_events(transaction, account, &spaces, events, TIME_ZONE).await?;
    let mut rows = Vec::new();
    let mut places = Vec::new();
    for (index, event) in events.iter().enumerate() {
        for member in &event.crew {
            rows.push(store::NewCrew {
                event: ids[index],
                contact: contacts[member.who],
                role: member.role,
                created_at: event.created_at,
            });
            places.push((index, member.who, member.has_link, event.created_at));
        }
    }
    let crew_ids = store::insert_crew(transaction, account, &rows).await?;
    let mut links = Vec::new();
    for (crew, (_, _, has_link, created_at)) in crew_ids.iter().zip(&places) {
        if *has_link {
            let seed = secret::unique();
            let token_hash = secret::token_hash(&core.key.link_token(&seed));
            links.push(store::NewLink { crew: *crew, seed, token_hash, created_at: (*created_at).min(now) });
        }
    }
    let link_of: HashMap<i64, i64> = store::insert_links(transaction, &links).await?;
    let crew = places
        .into_iter()
        .zip(crew_ids)
        .map(|((event, who, ..), id)| ((event, who), CrewPlace { id, link: link_of.get(&id).copied() }))
        .collect();
    Ok(Cast { events: ids, crew })
}

async fn timelines(
    transaction: &mut Write,
    cast: &Cast,
    events: &[EventPlan],
    contacts: &Contacts,
) -> Result<(), StoreError> {
    let mut rows = Vec::new();
    let mut owners = Vec::new();
    for (index, event) in events.iter().enumerate() {
        for item in event.items {
            rows.push((cast.events[index], event.midnight.plus_ms(item.after_midnight_ms()), item));
            owners.push(item.who);
        }
    }
    let ids = store::insert_items(transaction, &rows).await?;
    let assignments: Vec<(i64, i64)> =
        ids.into_iter().zip(owners).flat_map(|(item, who)| who.iter().map(move |who| (item, contacts[who]))).collect();
    store::insert_assignments(transaction, &assignments).await
}

/// The wedding asks who comes, and some have said so.
async fn answers(transaction: &mut Write, cast: &Cast, member: i64, now: Timestamp) -> Result<(), StoreError> {
    store::collect_rsvps(transaction, cast.events[calendar::WEDDING]).await?;
    for plan in wedding::ANSWERS {
        let crew = CrewId(cast.crew[&(calendar::WEDDING, plan.who)].id);
        let source = if plan.note.is_some() { RsvpSource::Link } else { RsvpSource::Member };
        let reply = Reply { rsvp: plan.rsvp, source: Some(source), note: plan.note.unwrap_or_default().to_owned() };
        let member = plan.note.is_none().then_some(MemberId(member));
        rsvp::set_reply(transaction, crew, &reply, member, now.plus_ms(-plan.hours_ago * HOUR_MS)).await?;
    }
    Ok(())
}

#[expect(clippy::too_many_arguments, reason = "the last step, which joins what all the others made")]
async fn emails(
    core: &Core,
    transaction: &mut Write,
    account: i64,
    members: [i64; 2],
    events: &[EventPlan],
    contacts: &Contacts,
    cast: &Cast,
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut plans: Vec<EmailPlan> = history::emails(events, now);
    plans.extend(luis::emails(events, now));
    // Ids rise with time, as they do for real ones.
    plans.sort_by_key(|plan| plan.created_at);

    let provider = core.config.provider.code;
    let emails: Vec<store::NewEmail> = plans
        .iter()
        .enumerate()
        .map(|(number, plan)| {
            let place = cast.crew[&(plan.event, plan.who)];
            let reports = plan.reports(provider, number, now);
            store::NewEmail {
                account,
                contact: contacts[plan.who],
                event: cast.events[plan.event],
                crew: place.id,
                link: plan.kind.ne(&app::domain::email_kind::EmailKind::RsvpInvite).then_some(place.link).flatten(),
                member: members[number % 2],
                kind: plan.kind,
                recipient: plan.recipient.clone(),
                subject: plan.subject.clone(),
                event_name: events[plan.event].name,
                number,
                provider,
                delivery: history::fold(&reports),
                created_at: plan.created_at,
                reports,
            }
        })
        .collect();
    let ids = store::insert_emails(transaction, &emails).await?;
    store::insert_delivery_events(transaction, &ids, &emails).await?;
    store::link_newest_invites(transaction, account).await?;
    suppressions::add(transaction, &history::suppressions(&ids, &emails), now).await
}
