//! A test: what server functions are asked and answer has not changed unnoticed, and none of them is left out.

use std::collections::BTreeSet;

use leptos::server_fn::ServerFn;
use leptos::server_fn::axum::server_fn_paths;
use serde::de::DeserializeOwned;
use serde_reflection::{Samples, Tracer, TracerConfig};

use super::VERSION;
use crate::accounts::{
    ChangeEmail, ChangePassword, ConfirmEmail, ForgotPassword, LoadProfile, RenameMember, ResetPassword, SendCode,
    SignUp, VerifyEmail,
};
use crate::auth::{LoadSession, SignIn, SignOut};
use crate::batches::{
    BatchState, LoadBatch, LoadBatchChoice, LoadBatches, Outcome, StartBatch, TakeBackBatch, TakeBackPerson, Who,
};
use crate::contacts::{
    CreateContact, LoadContactDetails, LoadContactEvents, LoadContactHeader, LoadContacts, SaveContact,
};
use crate::domain::delivery::DeliveryStatus;
use crate::domain::email_kind::EmailKind;
use crate::domain::progress::Progress;
use crate::domain::requests::{RequestKind, Untold, UploadState};
use crate::domain::rsvp::Rsvp;
use crate::domain::send_rules::SendRefusal;
use crate::domain::suppression::SuppressionCause;
use crate::emails::LoadContactEmails;
use crate::events::{
    CancelEvent, CopyEvent, CreateEvent, DeleteEvent, Deleted, EventStatus, LoadDeleted, LoadEventForm, LoadEvents,
    LoadTemplates, RenameTemplate, RestoreEvent, SaveEvent, SaveTemplate,
};
use crate::notes::{
    Audience, CreateNote, DeleteEventFile, DeleteNote, MoveEventFile, RestoreEventFile, RestoreNote, SaveEventFile,
    SaveNote,
};
use crate::people::{AddNewPerson, AddPeople, AddPerson, LoadPeople};
use crate::planner::{
    CorrectAddress, EmailLink, GenerateLink, LinkKind, LinkState, LoadPlanner, RemoveCrew, RestoreCrew, RevokeLink,
    SendInvite, SetRole, SetRsvp,
};
use crate::public_page::{MakePublicLink, RevokePublicLink};
use crate::requests::{
    AnswerRequest, ApproveUpload, CreateRequest, DeleteRequest, LoadRequest, LoadRequestOverview, LoadRequests,
    RejectUpload, RemoveReference, RestoreRequest, SaveRequest, WithdrawUpload,
};
use crate::rsvp::{AnswerRsvp, LoadInvitation, Question};
use crate::run_of_show::{
    AddItem, DeleteItem, DuplicateItem, LoadDeletedItems, LoadItem, LoadPaste, MoveItem, PasteItems, PushItem, PutBack,
    RestoreItem, SaveItem, UndoEdit,
};
use crate::share_page::{LoadRunOfShow, PressItem};
use crate::spaces::{CreateSpace, DeleteSpace, LoadSpace, LoadSpaces, RestoreSpace, SaveSpace};

struct Traced {
    tracer: Tracer,
    paths: BTreeSet<&'static str>,
}

impl Traced {
    fn function<F>(&mut self)
    where
        F: ServerFn + DeserializeOwned,
        F::Output: DeserializeOwned,
    {
        let new = self.paths.insert(F::PATH);
        assert!(new, "{} is listed twice", F::PATH);
        self.data::<F>();
        self.data::<F::Output>();
    }

    fn data<T: DeserializeOwned>(&mut self) {
        self.tracer.trace_type::<T>(&Samples::new()).expect("a plain type");
    }
}

/// Fails when a request or an answer changed. Then raise `VERSION`, which names a new snapshot, and remove the old one.
/// Fails too when a server function is missing here: add it.
#[test]
fn what_is_asked_has_not_changed_unnoticed() {
    let mut traced = Traced { tracer: Tracer::new(TracerConfig::default()), paths: BTreeSet::new() };
    // Enums first: a type that holds one shows only its first variant.
    traced.data::<DeliveryStatus>();
    traced.data::<EmailKind>();
    traced.data::<EventStatus>();
    traced.data::<Deleted>();
    traced.data::<LinkKind>();
    traced.data::<Who>();
    traced.data::<BatchState>();
    traced.data::<Outcome>();
    traced.data::<LinkState>();
    traced.data::<Rsvp>();
    traced.data::<Progress>();
    traced.data::<Question>();
    traced.data::<Audience>();
    traced.data::<RequestKind>();
    traced.data::<UploadState>();
    traced.data::<Untold>();
    traced.data::<SendRefusal>();
    traced.data::<SuppressionCause>();
    macro_rules! functions {
        ($($name:ty),+ $(,)?) => {$( traced.function::<$name>(); )+};
    }
    functions!(SignIn, SignOut, LoadSession, LoadEvents, LoadRunOfShow, PressItem, LoadContactEmails);
    functions!(LoadEventForm, CreateEvent, SaveEvent, CopyEvent, SaveTemplate, RenameTemplate, LoadTemplates);
    functions!(CancelEvent, DeleteEvent, RestoreEvent, LoadDeleted);
    functions!(LoadSpaces, LoadSpace, CreateSpace, SaveSpace, DeleteSpace, RestoreSpace);
    functions!(SignUp, VerifyEmail, SendCode, ForgotPassword, ResetPassword, ConfirmEmail, LoadProfile);
    functions!(RenameMember, ChangePassword, ChangeEmail);
    functions!(
        LoadItem,
        AddItem,
        SaveItem,
        DeleteItem,
        RestoreItem,
        DuplicateItem,
        MoveItem,
        PushItem,
        UndoEdit,
        PutBack
    );
    functions!(LoadPaste, PasteItems, LoadDeletedItems);
    functions!(LoadPlanner, GenerateLink, RevokeLink, EmailLink, CorrectAddress, SendInvite, SetRsvp);
    functions!(SetRole, RemoveCrew, RestoreCrew, LoadPeople, AddPerson, AddNewPerson, AddPeople);
    functions!(CreateNote, SaveNote, DeleteNote, RestoreNote);
    functions!(SaveEventFile, MoveEventFile, DeleteEventFile, RestoreEventFile);
    functions!(MakePublicLink, RevokePublicLink);
    functions!(LoadInvitation, AnswerRsvp);
    functions!(
        LoadRequests,
        LoadRequest,
        LoadRequestOverview,
        CreateRequest,
        SaveRequest,
        DeleteRequest,
        RestoreRequest
    );
    functions!(ApproveUpload, RejectUpload, AnswerRequest, WithdrawUpload, RemoveReference);
    functions!(LoadBatchChoice, StartBatch, LoadBatches, LoadBatch, TakeBackBatch, TakeBackPerson);
    functions!(LoadContacts, LoadContactHeader, LoadContactDetails, LoadContactEvents, CreateContact, SaveContact);
    assert_eq!(traced.paths, server_fn_paths().map(|(path, _)| path).collect(), "traced, and registered");

    let registry = traced.tracer.registry().expect("every variant was seen");
    let lines: Vec<_> = registry.iter().map(|(name, format)| format!("{name}: {format:?}")).collect();
    insta::assert_snapshot!(format!("requests-{VERSION}"), lines.join("\n"));
}
