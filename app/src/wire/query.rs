//! What a page asks the server for while it is rendered.

use std::marker::PhantomData;
use std::pin::Pin;

use leptos::prelude::*;
use leptos::server::codee::{Decoder, Encoder};
use leptos::server_fn::ServerFn;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::base64::{from_base64, to_base64};
use super::{DecodeError, Wire, decode, encode};
use crate::error::AppError;

/// A server function's answer, together with what was asked; both still encoded.
#[derive(Clone, Debug)]
pub struct Answer {
    question: Vec<u8>,
    answer: Vec<u8>,
}

impl Answer {
    /// The question as it was asked, and what came back.
    pub fn read<F>(&self) -> Result<(F, F::Output), AppError>
    where
        F: ServerFn<Error = AppError> + DeserializeOwned,
        F::Output: DeserializeOwned,
    {
        let question = decode(&self.question).map_err(|_| AppError::VersionMismatch)?;
        let answer: Result<F::Output, AppError> = decode(&self.answer).map_err(|_| AppError::VersionMismatch)?;
        Ok((question, answer?))
    }
}

/// The codec of what a page brings along: as it is, after the length of the question.
impl Encoder<Answer> for Wire {
    type Error = DecodeError;
    type Encoded = String;

    fn encode(value: &Answer) -> Result<String, DecodeError> {
        let length = u32::try_from(value.question.len()).map_err(|_| DecodeError)?;
        Ok(to_base64([&length.to_le_bytes(), value.question.as_slice(), &value.answer].concat()))
    }
}

impl Decoder<Answer> for Wire {
    type Error = DecodeError;
    type Encoded = str;

    fn decode(text: &str) -> Result<Answer, DecodeError> {
        let bytes = from_base64(text)?;
        let (length, rest) = bytes.split_first_chunk().ok_or(DecodeError)?;
        let length = u32::from_le_bytes(*length) as usize;
        let (question, answer) = rest.split_at_checked(length).ok_or(DecodeError)?;
        Ok(Answer { question: question.into(), answer: answer.into() })
    }
}

/// Asks a server function, and again whenever the question changes: on the server while the page is rendered, in the
/// browser from then on. All queries are one type inside, so that what drives them is compiled once.
pub struct Query<F> {
    answer: Resource<Answer, Wire>,
    function: PhantomData<fn() -> F>,
}

impl<F> Clone for Query<F> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<F> Copy for Query<F> {}

impl<F> Query<F>
where
    F: ServerFn<Error = AppError> + Serialize + DeserializeOwned + 'static,
    F::Output: Serialize + DeserializeOwned,
{
    /// `question` is tracked.
    pub fn new(question: impl Fn() -> F + Send + Sync + 'static) -> Self {
        Self { answer: resource(Box::new(move || encode(&question())), ask::<F>), function: PhantomData }
    }

    /// Asks the same question again.
    pub fn refetch(self) {
        self.answer.refetch();
    }

    pub fn answer(self) -> Resource<Answer, Wire> {
        self.answer
    }
}

type Pending = Pin<Box<dyn Future<Output = Vec<u8>> + Send>>;

fn resource(question: Box<dyn Fn() -> Vec<u8> + Send + Sync>, ask: fn(Vec<u8>) -> Pending) -> Resource<Answer, Wire> {
    Resource::new_with_options(
        question,
        move |question| async move {
            let answer = ask(question.clone()).await;
            Answer { question, answer }
        },
        false,
    )
}

#[cfg(feature = "ssr")]
fn ask<F>(question: Vec<u8>) -> Pending
where
    F: ServerFn<Error = AppError> + DeserializeOwned,
    F::Output: Serialize,
{
    Box::pin(async move {
        let answer = match decode::<F>(&question) {
            Ok(question) => question.run_body().await,
            Err(DecodeError) => Err(AppError::VersionMismatch),
        };
        encode(&answer)
    })
}

#[cfg(feature = "hydrate")]
fn ask<F: ServerFn>(question: Vec<u8>) -> Pending {
    let answer = super::browser::post(F::PATH, question);
    Box::pin(async move {
        match answer.await {
            Ok(answer) => answer,
            Err(error) => encode(&Err::<(), _>(error)),
        }
    })
}

#[cfg(not(any(feature = "ssr", feature = "hydrate")))]
fn ask<F>(_: Vec<u8>) -> Pending {
    unreachable!("there is neither a server nor a browser to ask")
}
