//! Integration tests: the real router, a real database, a clock that stands still. One binary, one file a feature.

#[macro_use]
mod support;

mod access;
mod auth;
mod config;
mod contacts;
mod demo;
mod emails;
mod events;
mod fold;
mod life;
mod live;
mod mailer;
mod outbox;
mod planner;
mod published;
mod routes;
mod sandbox;
mod security;
mod sent_mail;
mod share_page;
mod stage;
mod sweep;
mod two_processes;
mod webhooks;
mod wire;
