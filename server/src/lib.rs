//! The axum binary: it implements the ports of `app` over a store, a mailer, provider webhooks and a live hub.
//!
//! Router → service → store. SQL stands only in `store.rs` files and `db`; lettre only in `mailer`; a provider's field
//! names only in its file of `provider`; HTTP types never in a service.

#![recursion_limit = "256"]

pub mod accounts;
pub mod auth;
pub mod batches;
pub mod calendar;
pub mod clock;
pub mod commands;
pub mod config;
pub mod connections;
pub mod contacts;
pub mod core;
pub mod db;
pub mod demo;
pub mod emails;
pub mod error;
pub mod events;
pub mod file_store;
mod hosts;
pub mod mailer;
pub mod notes;
pub mod outbox;
mod page_scripts;
mod pages;
pub mod people;
mod plain_forms;
pub mod planner;
pub mod portal;
pub mod print;
pub mod provider;
pub mod public_page;
pub mod realtime;
pub mod receipts;
mod refusals;
mod request_log;
pub mod requests;
pub mod router;
pub mod rsvp;
pub mod run_of_show;
pub mod sandbox;
pub mod search_words;
pub mod secret;
pub mod security;
mod seldom;
pub mod serve;
pub mod share_page;
mod site;
pub mod spaces;
pub mod state;
pub mod system_mail;
mod text;
mod time_zones;
pub mod webhooks;
pub mod workers;
pub mod zone;
