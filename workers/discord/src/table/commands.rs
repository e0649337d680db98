//! The table itself.

use super::{
    Audience, Body, Both, Command, Completion, Handler, Kind, Opt, Subcommand, permissions,
};

/// Longest package id, channel and version that are looked at.
const NAME: u16 = 64;

/// Longest URL.
const URL: u16 = 2_000;

/// Longest reason of a withdrawal, as in the admin API.
const REASON: u16 = 500;

const PACKAGE: Opt = Opt {
    name: "package",
    german: "paket",
    description: Both {
        en: "The package's id; begin to type its id or title",
        de: "Die ID des Pakets; tippe den Anfang von ID oder Titel",
    },
    required: true,
    kind: Kind::Completed(NAME, Completion::Package),
};

const ANY_PACKAGE: Opt = Opt {
    kind: Kind::Completed(NAME, Completion::AnyPackage),
    ..PACKAGE
};

const CHANNEL: Opt = Opt {
    name: "channel",
    german: "kanal",
    description: Both {
        en: "The release channel, such as stable or beta",
        de: "Der Release-Kanal, etwa stable oder beta",
    },
    required: false,
    kind: Kind::Completed(NAME, Completion::Channel),
};

const VERSION: Opt = Opt {
    name: "version",
    german: "version",
    description: Both {
        en: "The version, such as 1.2.3",
        de: "Die Version, etwa 1.2.3",
    },
    required: true,
    kind: Kind::Completed(NAME, Completion::Version),
};

const GENERATION: Opt = Opt {
    name: "foundry",
    german: "foundry",
    description: Both {
        en: "The generation of Foundry VTT, such as 12 or 13",
        de: "Die Generation von Foundry VTT, etwa 12 oder 13",
    },
    required: true,
    kind: Kind::Number(1, 999),
};

const DELIVERY: Opt = Opt {
    name: "delivery",
    german: "lieferung",
    description: Both {
        en: "The delivery's id, X-GitHub-Delivery in the webhook's recent deliveries",
        de: "Die ID der Lieferung, X-GitHub-Delivery bei den letzten Lieferungen des Webhooks",
    },
    required: true,
    kind: Kind::Text(NAME),
};

const fn optional(option: Opt) -> Opt {
    Opt {
        required: false,
        ..option
    }
}

/// Whom the operator lets look after releases.
pub const OPERATORS: Audience = Audience::Operators(permissions::MANAGE_GUILD);

/// Who may have announcements posted in a server's channels: who could make a webhook there.
pub const ANNOUNCERS: Audience =
    Audience::Members(permissions::MANAGE_WEBHOOKS | permissions::MANAGE_GUILD);

/// All commands.
pub static COMMANDS: &[Command] = &[
    Command {
        name: "package",
        german: "paket",
        description: Both {
            en: "Packages for Foundry VTT",
            de: "Pakete für Foundry VTT",
        },
        audience: Audience::Everyone,
        body: Body::Has(PACKAGE_COMMANDS),
    },
    Command {
        name: "status",
        german: "status",
        description: Both {
            en: "Which parts of the service are up, and their versions",
            de: "Welche Teile des Dienstes laufen, und ihre Versionen",
        },
        audience: Audience::Everyone,
        body: Body::Does(Handler::Status, &[]),
    },
    Command {
        name: "proxy",
        german: "proxy",
        description: Both {
            en: "An address for an image that Foundry VTT can load",
            de: "Eine Adresse für ein Bild, die Foundry VTT laden kann",
        },
        audience: Audience::Everyone,
        body: Body::Does(
            Handler::Proxy,
            &[Opt {
                name: "image",
                german: "bild",
                description: Both {
                    en: "The image's own address, beginning with https://",
                    de: "Die Adresse des Bildes, die mit https:// beginnt",
                },
                required: true,
                kind: Kind::Text(URL),
            }],
        ),
    },
    Command {
        name: "release",
        german: "release",
        description: Both {
            en: "For authors and operators: look after releases",
            de: "Für Autoren und Betreiber: sich um Releases kümmern",
        },
        audience: OPERATORS,
        body: Body::Has(RELEASE_COMMANDS),
    },
    Command {
        name: "subscribe",
        german: "abonnieren",
        description: Both {
            en: "Announce a package's releases in a channel",
            de: "Releases eines Pakets in einem Kanal ankündigen",
        },
        audience: ANNOUNCERS,
        body: Body::Does(Handler::Subscribe, &[PACKAGE, WHERE, ROLE]),
    },
    Command {
        name: "unsubscribe",
        german: "abbestellen",
        description: Both {
            en: "Stop announcing a package's releases in a channel",
            de: "Releases eines Pakets in einem Kanal nicht mehr ankündigen",
        },
        audience: ANNOUNCERS,
        body: Body::Does(Handler::Unsubscribe, &[ANY_PACKAGE, WHERE]),
    },
];

const WHERE: Opt = Opt {
    name: "channel",
    german: "kanal",
    description: Both {
        en: "The Discord channel; this one if you leave it out",
        de: "Der Discord-Kanal; ohne Angabe dieser hier",
    },
    required: false,
    kind: Kind::Channel,
};

const ROLE: Opt = Opt {
    name: "role",
    german: "rolle",
    description: Both {
        en: "The role to mention with every release",
        de: "Die Rolle, die bei jedem Release erwähnt wird",
    },
    required: false,
    kind: Kind::Role,
};

static PACKAGE_COMMANDS: &[Subcommand] = &[
    Subcommand {
        name: "info",
        german: "info",
        description: Both {
            en: "What a package is, and what its channels serve",
            de: "Was ein Paket ist und was seine Kanäle liefern",
        },
        handler: Handler::PackageInfo,
        options: &[PACKAGE],
    },
    Subcommand {
        name: "latest",
        german: "neueste",
        description: Both {
            en: "The newest release of a channel",
            de: "Das neueste Release eines Kanals",
        },
        handler: Handler::PackageLatest,
        options: &[PACKAGE, CHANNEL],
    },
    Subcommand {
        name: "versions",
        german: "versionen",
        description: Both {
            en: "All releases, newest first",
            de: "Alle Releases, neueste zuerst",
        },
        handler: Handler::PackageVersions,
        options: &[PACKAGE],
    },
    Subcommand {
        name: "changelog",
        german: "änderungen",
        description: Both {
            en: "What a release changed",
            de: "Was ein Release geändert hat",
        },
        handler: Handler::PackageChangelog,
        options: &[PACKAGE, optional(VERSION)],
    },
    Subcommand {
        name: "install",
        german: "installieren",
        description: Both {
            en: "The manifest URL to paste into Foundry VTT",
            de: "Die Manifest-URL zum Einfügen in Foundry VTT",
        },
        handler: Handler::PackageInstall,
        options: &[PACKAGE, CHANNEL, optional(GENERATION)],
    },
    Subcommand {
        name: "compatible",
        german: "kompatibel",
        description: Both {
            en: "The newest release for a generation of Foundry VTT",
            de: "Das neueste Release für eine Generation von Foundry VTT",
        },
        handler: Handler::PackageCompatible,
        options: &[PACKAGE, GENERATION],
    },
];

static RELEASE_COMMANDS: &[Subcommand] = &[
    Subcommand {
        name: "status",
        german: "status",
        description: Both {
            en: "How far a delivery, or a package's newest ones, have come",
            de: "Wie weit eine Lieferung oder die neuesten eines Pakets sind",
        },
        handler: Handler::ReleaseStatus,
        options: &[
            optional(DELIVERY),
            Opt {
                required: false,
                ..ANY_PACKAGE
            },
        ],
    },
    Subcommand {
        name: "promote",
        german: "befördern",
        description: Both {
            en: "Let a channel serve a release",
            de: "Einen Kanal ein Release liefern lassen",
        },
        handler: Handler::ReleasePromote,
        options: &[ANY_PACKAGE, VERSION, CHANNEL],
    },
    Subcommand {
        name: "rollback",
        german: "zurückrollen",
        description: Both {
            en: "Let a channel serve an earlier release again",
            de: "Einen Kanal wieder ein früheres Release liefern lassen",
        },
        handler: Handler::ReleaseRollback,
        options: &[ANY_PACKAGE, CHANNEL, optional(VERSION)],
    },
    Subcommand {
        name: "yank",
        german: "zurückziehen",
        description: Both {
            en: "Withdraw a release; channels fall back to an earlier one",
            de: "Ein Release zurückziehen; Kanäle fallen auf ein früheres zurück",
        },
        handler: Handler::ReleaseYank,
        options: &[
            ANY_PACKAGE,
            VERSION,
            Opt {
                name: "reason",
                german: "grund",
                description: Both {
                    en: "Why; users are shown it",
                    de: "Warum; die Nutzer bekommen es zu sehen",
                },
                required: true,
                kind: Kind::Text(REASON),
            },
        ],
    },
    Subcommand {
        name: "restore",
        german: "wiederherstellen",
        description: Both {
            en: "Take back that a release was withdrawn",
            de: "Rückgängig machen, dass ein Release zurückgezogen wurde",
        },
        handler: Handler::ReleaseRestore,
        options: &[
            ANY_PACKAGE,
            Opt {
                kind: Kind::Completed(NAME, Completion::YankedVersion),
                ..VERSION
            },
        ],
    },
    Subcommand {
        name: "retry",
        german: "wiederholen",
        description: Both {
            en: "Take a failed delivery up again",
            de: "Eine gescheiterte Lieferung wieder aufnehmen",
        },
        handler: Handler::ReleaseRetry,
        options: &[DELIVERY],
    },
    Subcommand {
        name: "subscribers",
        german: "abonnenten",
        description: Both {
            en: "Which Discord channels are told of a package's releases; ends that for any of them",
            de: "Welche Discord-Kanäle von Releases erfahren; beendet das für jeden davon",
        },
        handler: Handler::ReleaseSubscribers,
        options: &[
            ANY_PACKAGE,
            Opt {
                name: "end",
                german: "beenden",
                description: Both {
                    en: "The id of the channel or server that is no longer to be told",
                    de: "Die ID des Kanals oder Servers, der nichts mehr erfahren soll",
                },
                required: false,
                kind: Kind::Text(NAME),
            },
        ],
    },
];
