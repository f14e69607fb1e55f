//! Names of the facts that are told about a resource, by their key in
//! `Resource::details`.

use super::{Pair, Say, pair};

impl Say {
    /// The name of a fact. A key that the table does not know is shown as it
    /// is, with spaces.
    pub(crate) fn detail(self, key: &str) -> String {
        let known = DETAILS.iter().find(|(name, _)| *name == key);
        known.map_or_else(|| key.replace('_', " "), |(_, text)| text.text(self.lang))
    }
}

/// Keys and their names.
pub(crate) const DETAILS: &[(&str, Pair)] = &[
    ("name", pair("name", "nom")),
    ("arn", pair("ARN", "ARN")),
    ("instance_type", pair("instance type", "type d'instance")),
    ("image", pair("image", "image")),
    ("key_pair", pair("key pair", "paire de clés")),
    (
        "instance_profile",
        pair("instance profile", "profil d'instance"),
    ),
    ("role", pair("role", "rôle")),
    ("market", pair("market", "marché")),
    (
        "launch_template",
        pair("launch template", "modèle de lancement"),
    ),
    (
        "launch_configuration",
        pair("launch configuration", "configuration de lancement"),
    ),
    (
        "default_version",
        pair("default version", "version par défaut"),
    ),
    ("launched_by", pair("launched by", "lancée par")),
    ("minimum", pair("minimum", "minimum")),
    ("maximum", pair("maximum", "maximum")),
    ("desired", pair("desired", "souhaité")),
    (
        "termination_protection",
        pair("termination protection", "protection contre la résiliation"),
    ),
    (
        "stop_protection",
        pair("stop protection", "protection contre l'arrêt"),
    ),
    ("user_data", pair("user data", "données utilisateur")),
    (
        "metadata_tokens",
        pair("metadata tokens", "jetons de métadonnées"),
    ),
    ("open_to", pair("open to", "ouvert à")),
    ("ports", pair("ports", "ports")),
    ("shared_with", pair("shared with", "partagé avec")),
    ("source", pair("source", "origine")),
    ("cluster", pair("cluster", "cluster")),
    (
        "task_definition",
        pair("task definition", "définition de tâche"),
    ),
    ("launch_type", pair("launch type", "type de lancement")),
    (
        "container_image",
        pair("container image", "image de conteneur"),
    ),
    ("cpu", pair("CPU units", "unités de CPU")),
    ("memory", pair("memory (MiB)", "mémoire (Mio)")),
    ("architecture", pair("architecture", "architecture")),
    ("count", pair("count", "nombre")),
    (
        "url_auth",
        pair("URL authentication", "authentification de l'URL"),
    ),
    ("url", pair("URL", "URL")),
    ("principal", pair("principal", "principal")),
    ("permits", pair("permits", "autorise")),
    ("statement", pair("statement", "déclaration")),
    ("function", pair("function", "fonction")),
    ("qualifier", pair("version or alias", "version ou alias")),
    ("concurrency", pair("concurrency", "concurrence")),
    ("runtime", pair("runtime", "environnement d'exécution")),
    ("code", pair("code", "code")),
    ("layers", pair("layers", "couches")),
    ("user", pair("user", "utilisateur")),
    ("on_role", pair("on role", "sur le rôle")),
    ("on_group", pair("on group", "sur le groupe")),
    ("policy_arn", pair("policy", "politique")),
    ("policy_name", pair("inline policy", "politique en ligne")),
    ("grants", pair("grants", "accorde")),
    ("trusts", pair("trusts", "fait confiance à")),
    (
        "boundary",
        pair("permissions boundary", "limite d'autorisations"),
    ),
    ("trust", pair("trust policy", "politique de confiance")),
    ("status", pair("status", "état")),
    ("expression", pair("expression", "expression")),
    ("target", pair("target", "cible")),
    ("bus", pair("bus", "bus")),
    ("public", pair("public", "public")),
    (
        "deletion_protection",
        pair("deletion protection", "protection contre la suppression"),
    ),
    ("database_class", pair("database class", "classe de base")),
    ("engine", pair("engine", "moteur")),
    (
        "pending_days",
        pair("days until deletion", "jours avant suppression"),
    ),
    ("encrypted_with", pair("encrypted with", "chiffré avec")),
    ("changed", pair("changed", "modifié")),
    (
        "expires_after_days",
        pair(
            "days until all objects expire",
            "jours avant expiration de tous les objets",
        ),
    ),
    (
        "public_access_block",
        pair("public access block", "blocage de l'accès public"),
    ),
    ("versioning", pair("versioning", "versions")),
    ("control", pair("control", "contrôle")),
    ("call", pair("call", "appel")),
    ("service", pair("service", "service")),
    ("sending", pair("sending", "envoi")),
    ("quota", pair("quota", "quota")),
    ("value", pair("value asked for", "valeur demandée")),
    ("expires", pair("expires", "expire")),
];
