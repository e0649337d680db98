//! What Discord is answered.
//!
//! <https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-response-object>

use edge::{HeaderValue, Response, StatusCode, header};
use serde_json::{Value, json};

use crate::{
    later::Job,
    message::{EPHEMERAL, Message, Modal, Text, object},
};

/// Types of answers.
mod kind {
    pub const PONG: u8 = 1;
    pub const MESSAGE: u8 = 4;
    pub const LATER: u8 = 5;
    pub const UPDATE_LATER: u8 = 6;
    pub const UPDATE: u8 = 7;
    pub const CHOICES: u8 = 8;
    pub const MODAL: u8 = 9;
}

/// Most choices.
const MOST_CHOICES: usize = 25;

/// An answer to what somebody did.
#[derive(Debug)]
pub(crate) enum Answer {
    /// A new message.
    Message(Message),
    /// Another message in the place of the one whose button was pressed.
    Update(Message),
    /// What an option can be completed to.
    Choices(Vec<Choice>),
    /// A form to fill in.
    Modal(Modal),
    /// A message that comes later. Who sees it is settled now.
    Later {
        /// Where it comes.
        place: Place,
        /// What is done for it.
        job: Job,
    },
}

/// Where a message comes that comes later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// Below, for everybody in the channel.
    ForAll,
    /// Below, for the person who asked.
    ForAsker,
    /// In the place of the message whose button was pressed.
    Instead,
}

/// Something that an option can be completed to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Choice {
    /// What is shown.
    pub name: Text<100>,
    /// What comes back.
    pub value: Text<100>,
}

/// The answer to a ping.
pub fn pong() -> Response {
    response(&json!({ "type": kind::PONG }))
}

impl Answer {
    /// As Discord takes it.
    pub fn into_response(self) -> Response {
        response(&match self {
            Self::Message(message) => with(kind::MESSAGE, message.to_json()),
            Self::Update(message) => with(kind::UPDATE, message.to_edit()),
            Self::Modal(modal) => with(kind::MODAL, modal.to_json()),
            Self::Choices(choices) => {
                let choices = choices.iter().take(MOST_CHOICES).map(Choice::to_json);
                let choices: Vec<Value> = choices.collect();
                with(kind::CHOICES, object([("choices", choices.into())]))
            }
            Self::Later { place, .. } => match place {
                Place::ForAll => json!({ "type": kind::LATER }),
                Place::ForAsker => with(kind::LATER, json!({ "flags": EPHEMERAL })),
                Place::Instead => json!({ "type": kind::UPDATE_LATER }),
            },
        })
    }
}

impl Choice {
    fn to_json(&self) -> Value {
        json!({ "name": self.name.as_str(), "value": self.value.as_str() })
    }
}

fn with(kind: u8, data: Value) -> Value {
    object([("type", kind.into()), ("data", data)])
}

fn response(value: &Value) -> Response {
    Response::json(StatusCode::OK, value)
        .with(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))
}
