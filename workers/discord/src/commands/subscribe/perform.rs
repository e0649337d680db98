//! Subscribing a channel, and ending that, after the response.

use edge::{
    FetchRequest, Method, StatusCode,
    outbound::{self, AllowedHosts},
};
use registry::{
    ChannelWebhook, Snowflake,
    record::{MOST_OF_A_SERVER, Subscribed, Subscription, TooManySubscriptions},
    store::{self, SubscribeError},
};

use super::{super::look, Asked, Unwanted, unusable};
use crate::{
    Host, Json, Locale,
    context::Context,
    failure::Failure,
    later::deliver::{TIMEOUT, api, bounds, headers},
    message::{Color, Embed, Message},
};

/// Subscribes the channel, if the webhook is its own.
///
/// # Errors
/// [`Failure`].
pub async fn subscribe<H: Host>(
    host: &H,
    context: &Context,
    asked: Asked,
) -> Result<Message, Failure> {
    let locale = context.locale();
    let scene = &context.scene;
    let api = api(host).await?;
    let webhook = ChannelWebhook::parse(&asked.url, &api).map_err(|_| {
        Failure::Said(say!(
            locale,
            "That is not the URL of a channel's webhook. Discord shows it in the channel's settings under *Integrations*, *Webhooks*, *Copy Webhook URL*.",
            "Das ist nicht die URL eines Webhooks. Discord zeigt sie in den Kanaleinstellungen unter *Integrationen*, *Webhooks*, *Webhook-URL kopieren*."
        ))
    })?;
    let owner = owner(host, &webhook, &api, locale).await?;
    let guild = scene.guild.clone().ok_or_else(|| unusable(locale))?;
    if owner != (Some(guild.clone()), Some(asked.channel.clone())) {
        let channel = &asked.channel;
        return Err(Failure::Said(say!(
            locale,
            "That webhook belongs to another channel than <#{channel}>. Make one in that channel's settings, or name its channel in the command.",
            "Dieser Webhook gehört zu einem anderen Kanal als <#{channel}>. Lege einen in dessen Einstellungen an, oder nenne seinen Kanal im Befehl.",
            channel
        )));
    }
    let (id, channel) = (asked.id, asked.channel);
    let role = asked.role.as_ref().map(|role| format!("<@&{role}>"));
    let subscription = Subscription {
        channel: channel.clone(),
        guild,
        webhook,
        role: asked.role,
        locale: Some(locale.as_str().to_owned()),
        by: Some(scene.user.clone()),
        at: host.now(),
    };
    let done = store::subscribe(host, &id, &subscription).await;
    let done = done.map_err(|error| refused(error, locale))?;
    let mut text = match done {
        Subscribed::Added => say!(
            locale,
            "Releases of `{id}` are announced in <#{channel}> from now on.",
            "Releases von `{id}` werden ab jetzt in <#{channel}> angekündigt.",
            id,
            channel
        ),
        Subscribed::Replaced => say!(
            locale,
            "Releases of `{id}` were announced in <#{channel}> already; what you said now counts.",
            "Releases von `{id}` wurden in <#{channel}> schon angekündigt; jetzt gilt, was du eben gesagt hast.",
            id,
            channel
        ),
    };
    if let Some(role) = role {
        text.push_str(&say!(
            locale,
            " {role} is mentioned.",
            " {role} wird erwähnt.",
            role
        ));
    }
    let title = say!(locale, "Subscribed", "Abonniert");
    let embed = Embed::new(Color::STABLE, &title).description(&text);
    Ok(Message::new(embed).ephemeral())
}

/// Ends the subscription.
///
/// # Errors
/// [`Failure`].
pub async fn end<H: Host>(
    host: &H,
    context: &Context,
    unwanted: &Unwanted,
) -> Result<Message, Failure> {
    let locale = context.locale();
    let Unwanted { id, channel } = unwanted;
    let guild = context.scene.guild.as_ref();
    let guild = guild.ok_or_else(|| unusable(locale))?;
    let (color, text) = if store::unsubscribe(host, id, guild, channel).await? {
        let text = say!(
            locale,
            "Releases of `{id}` are no longer announced in <#{channel}>.",
            "Releases von `{id}` werden in <#{channel}> nicht mehr angekündigt.",
            id,
            channel
        );
        (Color::STABLE, text)
    } else {
        let text = say!(
            locale,
            "Releases of `{id}` were not announced in <#{channel}>.",
            "Releases von `{id}` wurden in <#{channel}> nicht angekündigt.",
            id,
            channel
        );
        (Color::PLAIN, text)
    };
    Ok(Message::note(color, &text))
}

/// The server and channel that a webhook posts to, by Discord's own account, which needs no token
/// but the webhook's.
/// <https://docs.discord.com/developers/resources/webhook#get-webhook-with-token>
async fn owner<H: Host>(
    host: &H,
    webhook: &ChannelWebhook,
    api: &edge::Url,
    locale: Locale,
) -> Result<(Option<Snowflake>, Option<Snowflake>), Failure> {
    let request = FetchRequest {
        method: Method::GET,
        url: webhook.url(api),
        headers: headers(host).await?,
        body: edge::Bytes::new(),
    };
    let hosts = AllowedHosts::default();
    let bounds = bounds(&hosts, TIMEOUT);
    let limit = bounds.bytes;
    let silent = || {
        Failure::Said(say!(
            locale,
            "Discord does not say just now whose webhook that is. Please try again in a minute.",
            "Discord sagt gerade nicht, wem dieser Webhook gehört. Bitte versuch es in einer Minute noch einmal."
        ))
    };
    let answer = outbound::send(host, request, bounds)
        .await
        .map_err(|_| silent())?;
    match answer.status {
        StatusCode::OK => {}
        StatusCode::NOT_FOUND | StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
            return Err(Failure::Said(say!(
                locale,
                "Discord does not know that webhook. Was it deleted, or the URL cut short?",
                "Diesen Webhook kennt Discord nicht. Wurde er gelöscht, oder ist die URL abgeschnitten?"
            )));
        }
        _ => return Err(silent()),
    }
    let body = answer.body.bytes(limit).await.map_err(|_| silent())?;
    let facts = Json::read(&body).ok_or_else(silent)?;
    let id = |name: &str| Snowflake::parse(facts[name].as_str()?).ok();
    Ok((id("guild_id"), id("channel_id")))
}

fn refused(error: SubscribeError, locale: Locale) -> Failure {
    match error {
        SubscribeError::Store(error) => error.into(),
        SubscribeError::NoPackage(id) => look::no_package(id.as_str(), locale),
        SubscribeError::TooMany(TooManySubscriptions::OfServer) => {
            let most = MOST_OF_A_SERVER.to_string();
            Failure::Said(say!(
                locale,
                "This package is announced in {most} channels of this server already, and there can be no more. `/unsubscribe` makes room.",
                "Dieses Paket wird schon in {most} Kanälen dieses Servers angekündigt, mehr geht nicht. `/unsubscribe` schafft Platz.",
                most
            ))
        }
        SubscribeError::TooMany(TooManySubscriptions::OfPackage) => Failure::Said(say!(
            locale,
            "This package is announced in as many channels as there can be.",
            "Dieses Paket wird schon in so vielen Kanälen angekündigt, wie es geht."
        )),
    }
}
