//! Interactions of cases that are data.

use std::collections::BTreeMap;

use anyhow::{Result, bail};
use serde::Deserialize;
use serde_json::Value;
use testkit::payload::interaction::{Interaction, InteractionKey};

use crate::{interactions::now, settings::ADMIN_ROLE, values::Values};

/// What somebody does on Discord.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// They call a command: its name and that of its subcommand.
    command: Option<String>,
    /// They are typing one: command, option, and what is typed so far.
    typing: Option<[String; 3]>,
    /// They press a button with this `custom_id`.
    press: Option<String>,
    /// They send a form with this `custom_id` and the fields in `options`.
    submit: Option<String>,
    /// What they filled in.
    #[serde(default)]
    options: BTreeMap<String, Value>,
    /// Their language.
    locale: Option<String>,
    /// Whether they are one of the operators.
    #[serde(default)]
    operator: bool,
    /// Their permissions.
    permissions: Option<u64>,
    /// Their roles.
    roles: Option<Vec<String>>,
    /// The server.
    guild: Option<String>,
    /// Whether it is outside of any server.
    #[serde(default)]
    direct: bool,
    /// Members of the payload that are otherwise.
    #[serde(default)]
    payload: BTreeMap<String, Value>,
}

impl Wanted {
    /// The interaction, `${…}` filled in.
    ///
    /// # Errors
    /// Where it is none or several.
    pub fn interaction(&self, values: &Values) -> Result<Interaction> {
        let filled = |text: &String| values.fill(text);
        let options: BTreeMap<String, Value> = self
            .options
            .iter()
            .map(|(name, value)| Ok((name.clone(), values.fill_json(value)?)))
            .collect::<Result<_>>()?;
        let does = (&self.command, &self.typing, &self.press, &self.submit);
        let mut interaction = match does {
            (Some(path), None, None, None) => with(Interaction::command(path), &options),
            (None, Some([path, name, typed]), None, None) => {
                let given = with(Interaction::command(path), &options);
                given.typing(name, &filled(typed)?)
            }
            (None, None, Some(id), None) => Interaction::button(&filled(id)?),
            (None, None, None, Some(id)) => {
                let fields: Vec<(&str, &str)> = options
                    .iter()
                    .filter_map(|(name, value)| Some((name.as_str(), value.as_str()?)))
                    .collect();
                Interaction::modal(&filled(id)?, &fields)
            }
            _ => bail!("one of command, typing, press and submit is needed"),
        };
        if let Some(locale) = &self.locale {
            interaction = interaction.locale(locale);
        }
        if let Some(guild) = &self.guild {
            interaction = interaction.guild(guild);
        }
        let (roles, permissions) = match self.operator {
            true => (vec![ADMIN_ROLE], 1 << 5),
            false => (Vec::new(), 0),
        };
        let own = self.roles.as_ref();
        let own = own.map(|roles| roles.iter().map(String::as_str).collect());
        interaction = interaction.member(
            &own.unwrap_or(roles),
            self.permissions.unwrap_or(permissions),
        );
        if self.direct {
            interaction = interaction.direct();
        }
        for (name, value) in &self.payload {
            interaction = interaction.with(name, values.fill_json(value)?);
        }
        Ok(interaction)
    }
}

fn with(interaction: Interaction, options: &BTreeMap<String, Value>) -> Interaction {
    let given = options.iter();
    given.fold(interaction, |interaction, (name, value)| {
        interaction.option(name, value.clone())
    })
}

/// How a body is signed that somebody sends in Discord's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Signing {
    /// As Discord does it.
    Right,
    /// With another application's key.
    OtherKey,
    /// Another body.
    OtherBody,
    /// For another time than the header says.
    OtherTime,
    /// More than five minutes ago.
    Stale,
    /// More than five minutes ahead.
    Early,
    /// Only half of the signature.
    Half,
    /// Not in hexadecimal digits.
    NoHex,
}

impl Signing {
    /// The headers of `body`.
    pub fn headers(self, body: &[u8]) -> Vec<(String, String)> {
        let key = match self {
            Self::OtherKey => InteractionKey::from_seed([8; 32]),
            _ => InteractionKey::for_tests(),
        };
        let time = match self {
            Self::Stale => now() - 301,
            Self::Early => now() + 310,
            _ => now(),
        };
        let mut headers = match self {
            Self::OtherBody => key.headers(time, &[body, b" "].concat()),
            _ => key.headers(time, body),
        };
        for (name, value) in &mut headers {
            match (self, name.as_str()) {
                (Self::OtherTime, "x-signature-timestamp") => *value = (now() - 1).to_string(),
                (Self::Half, "x-signature-ed25519") => value.truncate(64),
                (Self::NoHex, "x-signature-ed25519") => value.replace_range(..1, "g"),
                _ => {}
            }
        }
        headers
    }
}
