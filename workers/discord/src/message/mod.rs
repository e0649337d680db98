//! What is shown in Discord. Every limit is kept by construction.

mod button;
mod embed;
pub mod markdown;
mod modal;
mod text;

pub use button::{Button, CustomId, Style};
pub use embed::{Color, Embed};
pub use modal::Modal;
pub use text::{Text, length};

use serde_json::{Map, Value, json};

/// Most buttons in a row, and most rows.
const ROW: usize = 5;

/// The flag of a message that only one person sees.
pub(crate) const EPHEMERAL: u32 = 1 << 6;

/// An object with these members. (`json!` would write every value anew that is put into another one.)
pub(crate) fn object<const N: usize>(members: [(&str, Value); N]) -> Value {
    let members = members.map(|(name, value)| (name.to_owned(), value));
    Map::from_iter(members).into()
}

/// A message: one embed and the buttons below it. It mentions nobody, whatever its texts say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    embed: Embed,
    buttons: Vec<Button>,
    ephemeral: bool,
}

impl Message {
    /// A message that everybody in the channel sees.
    pub fn new(embed: Embed) -> Self {
        Self {
            embed,
            buttons: Vec::new(),
            ephemeral: false,
        }
    }

    /// A few words that only the person who asked sees.
    pub fn note(color: Color, text: &str) -> Self {
        Self::new(Embed::new(color, "").description(text)).ephemeral()
    }

    /// The same, seen by the person who asked only.
    #[must_use]
    pub fn ephemeral(mut self) -> Self {
        self.ephemeral = true;
        self
    }

    /// Whether only the person who asked is to see it.
    pub fn is_ephemeral(&self) -> bool {
        self.ephemeral
    }

    /// The same with these buttons added; there is room for 25.
    #[must_use]
    pub fn buttons(mut self, buttons: impl IntoIterator<Item = Button>) -> Self {
        self.buttons.extend(buttons);
        self.buttons.truncate(ROW * ROW);
        self
    }

    /// As Discord takes it in the place of another message: who sees it cannot change then.
    pub fn to_edit(&self) -> Value {
        self.members().into()
    }

    /// As Discord takes it for an answer.
    pub fn to_json(&self) -> Value {
        let mut members = self.members();
        if self.ephemeral {
            members.insert("flags".to_owned(), EPHEMERAL.into());
        }
        members.into()
    }

    fn members(&self) -> Map<String, Value> {
        let row = |buttons: &[Button]| {
            let buttons: Vec<Value> = buttons.iter().map(Button::to_json).collect();
            object([("type", 1.into()), ("components", buttons.into())])
        };
        let rows: Vec<Value> = self.buttons.chunks(ROW).map(row).collect();
        let mut members = Map::new();
        members.insert("embeds".to_owned(), vec![self.embed.to_json()].into());
        members.insert("components".to_owned(), rows.into());
        members.insert("allowed_mentions".to_owned(), json!({ "parse": [] }));
        members
    }
}
