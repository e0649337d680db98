//! Reading an interaction. What is not looked at may be anything.

use registry::Snowflake;

use super::{Act, Call, Event, Given, Interaction, Options, ReplyTo, Scene};
use crate::{Json, Locale};

/// Types of interactions.
mod kind {
    pub const PING: u64 = 1;
    pub const COMMAND: u64 = 2;
    pub const COMPONENT: u64 = 3;
    pub const AUTOCOMPLETE: u64 = 4;
    pub const MODAL: u64 = 5;
}

/// Types of options that hold others.
const SUBCOMMANDS: [u64; 2] = [1, 2];

/// Deepest path of a command: its name, a group, a subcommand.
const DEEPEST: usize = 3;

/// Most options, roles and fields that are looked at; Discord sends fewer.
const MOST: usize = 300;

/// Longest token.
const LONGEST_TOKEN: usize = 2_048;

/// A body that is no interaction. The text is for whoever sends it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unreadable(String);

fn unreadable(what: &str) -> Unreadable {
    Unreadable(format!("the interaction has no {what} as Discord sends it"))
}

impl Interaction {
    /// Reads an interaction.
    ///
    /// # Errors
    /// [`Unreadable`] where the body is not JSON, of no known type, or lacks what its type has.
    pub fn read(body: &[u8]) -> Result<Self, Unreadable> {
        let body = Json::read(body)
            .ok_or_else(|| Unreadable("the body is not the JSON it should be".to_owned()))?;
        let kind = body["type"].as_u64().ok_or_else(|| unreadable("`type`"))?;
        if kind == kind::PING {
            return Ok(Self::Ping);
        }
        let data = &body["data"];
        let act = match kind {
            kind::COMMAND => Act::Command(call(data)?),
            kind::AUTOCOMPLETE => Act::Typing(call(data)?),
            kind::COMPONENT => Act::Press {
                id: text(data, "custom_id")?,
                owner: owner(&body["message"]),
            },
            kind::MODAL => Act::Submit {
                id: text(data, "custom_id")?,
                fields: fields(&data["components"]),
            },
            other => {
                let message = format!("interactions of type {other} are not known here");
                return Err(Unreadable(message));
            }
        };
        Ok(Self::Event(Box::new(Event {
            act,
            scene: scene(&body)?,
            reply: reply(&body)?,
        })))
    }
}

fn text(data: &Json, name: &str) -> Result<String, Unreadable> {
    let text = data[name].as_str().filter(|text| !text.is_empty());
    text.map(str::to_owned)
        .ok_or_else(|| unreadable(&format!("`{name}`")))
}

fn id(value: &Json) -> Option<Snowflake> {
    Snowflake::parse(value.as_str()?).ok()
}

fn list(value: &Json) -> impl Iterator<Item = &Json> {
    value.list().iter().take(MOST)
}

/// The command, down to its subcommand, and the options there.
fn call(data: &Json) -> Result<Call, Unreadable> {
    let mut path = vec![text(data, "name")?];
    let mut level = data;
    loop {
        let inner = list(&level["options"]).find(|option| {
            option["type"]
                .as_u64()
                .is_some_and(|kind| SUBCOMMANDS.contains(&kind))
        });
        let Some(inner) = inner.filter(|_| path.len() < DEEPEST) else {
            break;
        };
        path.push(text(inner, "name")?);
        level = inner;
    }
    let options = list(&level["options"]).map(|option| {
        Ok(Given {
            name: text(option, "name")?,
            kind: option["type"]
                .as_u64()
                .ok_or_else(|| unreadable("`type` of an option"))?,
            value: option["value"].clone(),
            focused: option["focused"].is_true(),
            permissions: option["value"]
                .as_str()
                .and_then(|id| permissions(&data["resolved"]["channels"][id])),
        })
    });
    let options = options.collect::<Result<_, Unreadable>>()?;
    Ok(Call {
        path,
        options: Options::new(options),
    })
}

/// What a member, or the caller in a channel, may do. It is text, for it has more bits than other
/// languages' numbers.
fn permissions(place: &Json) -> Option<u64> {
    place["permissions"].as_str()?.parse().ok()
}

/// Who called the command that a message answers.
fn owner(message: &Json) -> Option<Snowflake> {
    let user = &message["interaction_metadata"]["user"]["id"];
    id(user).or_else(|| id(&message["interaction"]["user"]["id"]))
}

/// The fields of a form, which stand in a label each or, as before, in a row.
fn fields(components: &Json) -> Vec<(String, String)> {
    let rows = list(components);
    let fields = rows.flat_map(|row| {
        let labelled = std::iter::once(&row["component"]);
        labelled.chain(list(&row["components"]))
    });
    fields
        .filter_map(|field| {
            let name = field["custom_id"].as_str()?;
            let value = field["value"].as_str()?;
            Some((name.to_owned(), value.to_owned()))
        })
        .collect()
}

fn scene(body: &Json) -> Result<Scene, Unreadable> {
    let member = &body["member"];
    let user = match &member["user"] {
        Json::Null => &body["user"],
        user => user,
    };
    let locale = body["locale"].as_str().unwrap_or_default();
    Ok(Scene {
        user: id(&user["id"]).ok_or_else(|| unreadable("`user`"))?,
        name: user["username"].as_str().unwrap_or_default().to_owned(),
        guild: id(&body["guild_id"]),
        channel: id(&body["channel_id"]).or_else(|| id(&body["channel"]["id"])),
        roles: list(&member["roles"]).filter_map(id).collect(),
        permissions: permissions(member).unwrap_or_default(),
        locale: Locale::of(locale),
    })
}

fn reply(body: &Json) -> Result<ReplyTo, Unreadable> {
    let token = text(body, "token")?;
    if token.len() > LONGEST_TOKEN {
        return Err(unreadable("`token`"));
    }
    Ok(ReplyTo {
        application: id(&body["application_id"]),
        token,
    })
}
