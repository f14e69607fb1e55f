//! What is asked for, in several languages. Patterns are matched against prose:
//! lower case, one blank for any white space. In languages with accents the
//! layer without them is read as well, so that patterns need none.

use crate::pattern::{Pattern, Regex, pattern, patterns};

/// What a text asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ask {
    /// Delete files, disks, data, cloud resources.
    Destroy,
    /// Send secrets or private data to somebody.
    SendAway,
    /// Put a hole into the program or wave one through.
    Backdoor,
    /// Run what was fetched.
    Execute,
    /// Forget other instructions.
    Override,
    /// Keep it from people.
    Hide,
    /// Ask nobody.
    NoAsking,
    /// Go on without end.
    Continuous,
    /// Speaks to an agent.
    Address,
    /// Names the tools to use.
    Tools,
}

impl Ask {
    pub(super) fn is_harm(self) -> bool {
        matches!(self, Self::Destroy | Self::SendAway | Self::Backdoor | Self::Execute)
    }

    /// What it adds beside a harm.
    pub(super) fn weight(self) -> u32 {
        match self {
            Self::Override | Self::Hide => 3,
            Self::NoAsking => 2,
            Self::Continuous | Self::Address | Self::Tools => 1,
            _ => 0,
        }
    }
}

/// A pattern and what it asks for.
pub(super) struct Meaning {
    pub(super) ask: Ask,
    pub(super) pattern: &'static Pattern,
}

macro_rules! meanings {
    ($($name:ident: $ask:ident = $($part:expr),+;)+) => {
        $(static $name: Pattern = std::sync::LazyLock::new(|| pattern(&[$($part.to_owned()),+].join("|")));)+
        pub(super) const MEANINGS: &[Meaning] = &[$(Meaning { ask: Ask::$ask, pattern: &$name }),+];
    };
}

/// Without one of these words no pattern matches.
pub(super) const KEYWORDS: &[&str] = &[
    "delete", "wipe", "erase", "destroy", "terminate", "purge", "shred", "overwrite", "rm -rf", "nuke", "format ", "clean",
    "instruction", "disregard", "directive", "guideline", "system prompt", "guardrail",
    "tell ", "mention", "inform", "reveal", "disclose", "secret", "silently", "covert", "without ", "hide", "conceal", "pretend", "tracks",
    "credential", "password", "token", "api key", "api_key", "apikey", "ssh", ".aws", ".env", "environment variable", "env var", "id_rsa", "wallet",
    "exfiltrat", "upload", "backdoor", "curl", "wget", "approve", "tls", "ssl", "authentication", "reverse shell", "certificate",
    "supprim", "efface", "detrui", "consignes", "identifiants", "mots de passe", "prevenir", "ecras", "vide",
    "borra", "elimina", "instrucciones", "apaga", "instruc", "istruzioni", "cancella", "losche", "lösche", "anweisung", "vernicht", "geheim",
    "删除", "忽略", "指令", "удал", "игнорир", "инструкц", "削除", "無視", "指示", "삭제", "무시",
];

const DESTROY_EN: &str = r"\b(?:delete|remove|wipe|erase|destroy|terminate|purge|shred|nuke|obliterate|overwrite|clear|clean|drop|empty|format|trash|annihilate|unlink|deleting|removing|wiping|erasing|destroying|terminating|rm -rf)\b[^.!?]{0,90}?(?:\bhome[ -](?:directory|folder|dir)|\bfile[- ]?systems?\b|\b(?:all|every|any|everything)\b(?: of)?(?: the)?(?: \w+(?:'s|s')?){0,3}? (?:files?|data|documents?|folders?|director(?:y|ies)|resources?|buckets?|instances?|databases?|tables?|backups?|accounts?|users?|repositor(?:y|ies)|branches|snapshots?|volumes?|stacks?|clusters?)\b|\bhard ?(?:drive|disk)s?\b|\b(?:entire|whole) (?:disk|system|drive|machine|project|repository|codebase|computer|workspace|database|cluster|account|home)|\bcloud (?:resources|infrastructure|account)|\b(?:aws|azure|gcp) (?:resources|account)|\bproduction (?:database|data|cluster|environment)|\bs3 buckets|\bec2 instances|\biam users|near-factory|factory (?:state|settings)|\bbackups\b|\broot directory|\bsystem (?:files|directories)|\buser'?s'? (?:files|documents|home|data|machine)|\bgit history|\b(?:disk|machine|computer) clean\b|\beverything (?:in|on|under)\b|(?:^| )~(?:/| |$)|\$home\b)";
const DESTROY_FR: &str = r"\b(?:supprim\w*|efface\w*|detrui\w+|vide[rz]?|nettoie|nettoy\w+|ecras\w+|formate[rz]?|elimine[rz]?|purge[rz]?|raser?)\b[^.!?]{0,90}?(?:(?:repertoire|dossier) (?:personnel|home|utilisateur|racine|de l'utilisateur)|systeme de fichiers|tou(?:s|tes) (?:les|ses|ces|vos|tes) \w+|ressources? (?:cloud|aws|du cloud|dans le cloud|en nuage)|disque(?: dur)?|sauvegardes|etat (?:d'usine|quasi|proche)|base de donnees|comptes? aws|fichiers de l'utilisateur)";
const DESTROY_ES: &str = r"\b(?:borra\w*|elimina\w*|destru\w+|vacia\w*|limpia\w*|formatea\w*|apaga\w*|exclu[ai]\w*|remov[ae]\w*|cancella\w*|distrugg\w+|rimuov\w+)\b[^.!?]{0,90}?(?:director(?:io|i|ios) (?:personal|de inicio|home|raiz|principal)|carpeta personal|diretorio (?:pessoal|home|do usuario|inicial)|cartella (?:personale|home)|sistema de (?:archivos|arquivos|ficheiros)|file ?system|tod[oa]s (?:los|las|os|as) \w+|tutti i \w+|tutte le \w+|recursos (?:en la nube|de la nube|na nuvem|da nuvem|de aws)|risorse cloud|disco(?: duro| rigido)?|copias de seguridad|backups?)";
const DESTROY_DE: &str = r"\b(?:losche\w*|loesche\w*|entferne|vernichte\w*|zerstore\w*|zerstoere\w*|uberschreibe\w*|formatiere\w*|leere)\b[^.!?]{0,90}?(?:home-?verzeichnis\w*|benutzerverzeichnis\w*|dateisystem\w*|alle[ns]? \w+|cloud-?ressourcen|festplatte\w*|sicherungen|backups|datenbank\w*)";
const DESTROY_ELSE: &str = r"(?:删除|刪除|清空|销毁|抹除|擦除)[^!?]{0,90}(?:主目录|家目录|所有|全部|文件系统|云资源|数据库|用户目录|硬盘)|(?:所有|全部|主目录)[^!?]{0,16}(?:删除|清空|销毁)|(?:удали|сотри|уничтожь|очисти)[^.!?]{0,60}(?:домашн|все \w+|фаилов|файлов|облачн|диск|баз(?:у|ы) данных)|(?:ホーム|全て|すべて|ファイル|クラウド)[^!?]{0,24}(?:削除|消去|破棄)|(?:홈 디렉터리|모든|파일 시스템|클라우드)[^.]{0,24}(?:삭제|제거)";

const SECRET: &str = r"(?:environment variables?|env(?:ironment)? vars?|\benv\b output|\.env\b|credentials?|secrets?\b|api[- _]?keys?|(?:access|auth|github|session|bearer|npm|oauth)[- _]?tokens?|ssh[- ]keys?|private keys?|passwords?|cookies|id_rsa|id_ed25519|aws (?:profiles?|keys?|config)|\.aws\b|\.ssh\b|chat history|conversation(?: history)?|system prompt|wallets?|seed phrases?|keychain|\.npmrc|\.netrc|kubeconfig|private (?:repo\w*|data|files)|identifiants|mots? de passe|cles? (?:ssh|api|aws|privees?|d'acces)|jetons?|variables d'environnement|credenciales|contrasenas|claves|credenciais|senhas|chaves|credenziali|zugangsdaten|passworter|schlussel|凭证|凭据|密码|密钥|环境变量|секрет|парол|ключ)";
const VERB_SEND: &str = r"(?:\b(?:send|post|upload|exfiltrate|forward|transmit|e-?mail|leak|submit|ship|curl|beacon|push|pipe|sends?ing|posting|uploading|http post|make (?:a|an) (?:http )?(?:get|post)? ?request|paste|publish|envoie[rz]?|envoyez|envoyer|transmet\w*|televers\w+|exfiltr\w+|poste[rz]?|envia\w*|sube|invia\w*|sende\w*|schicke\w*)\b|发送|上传|отправ)";
const TARGET: &str = r"(?:https?://|ftp://|webhook|\b(?:a|the|this|our|my|an) (?:remote|external|attacker\S*|collection|following|telemetry)[ -](?:server|endpoint|url|host|address|site|service|webhook)|pastebin|\bgist\b|discord|telegram|\bdns (?:quer|look)|(?:image|tracking) (?:url|pixel)|query (?:string|param)|\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b|[\w.-]+@[\w-]+\.[a-z]{2,}|public (?:repo\w*|issue|gist|pull request|comment)|serveur (?:distant|externe)|servidor (?:remoto|externo)|externen server|服务器|сервер)";

const BACKDOOR: &str = r"\b(?:add|insert|inject|include|embed|append|introduce|plant|put)\b[^.!?]{0,90}?(?:\bbackdoor|<script[^>]{0,40}src|script tag|reverse shell|keylogger|hidden (?:admin|user|account|endpoint)|hard-?coded (?:admin|password|credential)|malicious|\beval\(|(?:import|require|script|dependency|package)s? from https?://)|\b(?:disable|remove|skip|weaken|turn off|bypass|omit)\b[^.!?]{0,60}?(?:\bauthentication\b|\bauthori[sz]ation checks?|\b(?:ssl|tls|certificate) (?:check|validation|verification)|\bsecurity (?:check|scan|review|control)s?|\bsignature (?:check|verification)|\binput validation|\b2fa\b|\bmfa\b)|\b(?:approve|merge|accept)\b[^.!?]{0,40}?\b(?:this|the|all|every|any) (?:pull requests?|prs?|merge requests?|changes)\b|\b(?:report|say|state|respond|conclude|answer|reply|claim)\b[^.!?]{0,60}?\b(?:no (?:security )?(?:issues|vulnerabilit\w+|problems)|(?:is|are) (?:completely )?(?:safe|secure)|lgtm)\b";
const EXECUTE: &str = r"\b(?:run|execute|invoke|pipe|download|fetch|start|call|running|executing|lance[rz]?|execute[rz]|ejecuta|fuhre)\b[^!?]{0,80}?\b(?:curl|wget|iwr|invoke-webrequest|powershell|bash -c|nc|base64 -d|python3? -c|sh -c|npx|node -e)\b[^!?]{0,120}?(?:https?://|\| ?(?:ba|z)?sh\b|\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b|/dev/tcp)|\bdownload (?:and|then) (?:run|execute)|\b(?:run|execute) (?:the |this |a |any )?(?:downloaded|fetched|remote|following encoded|obfuscated|base64)";

const OVERRIDE_EN: &str = r"\b(?:ignore|disregard|forget|override|bypass|discard|do not follow|don'?t follow|stop following|neglect|set aside|overrule|ignoring)\b[^.!?]{0,30}?\b(?:(?:previous|prior|above|earlier|preceding|system|developer|original|initial|former|past|previously given)\b[^.!?]{0,20}?\b(?:instructions?|prompts?|directives?|guidelines?|rules?|messages?|orders|context|constraints?|commands?|policies|policy)|(?:all|any|your|other|the) (?:of )?(?:your |the |other |existing |safety |security |content |built-in )*(?:instructions?|guardrails?|safety (?:rules|guidelines|policies|training|measures)|programming|directives))\b|\bsystem (?:prompt )?override\b|\bnew (?:system )?(?:instructions?|prompt)(?: from[^.:]{0,20})? ?:|\byou are now (?:in )?(?:dan\b|developer mode|unrestricted|jailbroken|free from)|\bforget everything\b|<\|im_start\|>|\[/?inst\]|<</?sys>>|\b(?:overrides?|supersedes?|replaces?) (?:all |any )?(?:previous|prior|earlier|other|system|your) (?:instructions?|rules|prompts?|guidelines)";
const OVERRIDE_ELSE: &str = r"\b(?:ignore[zr]?|oublie[zr]?|neglige[zr]?|contourne[zr]?|abstraction de|pas compte (?:de|des)|fais fi)\b[^.!?]{0,30}?\b(?:instructions?|consignes?|regles|directives|ordres|invites?)\b[^.!?]{0,24}?\b(?:precedentes?|anterieures?|ci-dessus|systeme|initiales?|d'origine|recues?|donnees)|\b(?:ignora|olvida|ignore|esqueca|dimentica|ignorar)\b[^.!?]{0,40}?\b(?:instrucciones|instrucoes|istruzioni|reglas|regole|regras|ordenes)\b|\b(?:ignoriere|vergiss|missachte|ignorieren sie)\b[^.!?]{0,40}?\b(?:anweisungen|instruktionen|regeln|vorgaben|befehle)|(?:忽略|无视|無視|忘记)[^!?]{0,12}(?:指令|指示|说明|提示|规则)|(?:игнорируи|игнорируй|забудь)[^.!?]{0,30}(?:инструкц|указан|правил)|(?:指示|命令)[^!?]{0,8}無視|(?:지시|명령)[^.]{0,8}무시";

const HIDE_EN: &str = r"\b(?:do not|don'?t|never|must not|should not|shouldn'?t|without|avoid|nor|not)\s+(?:ever |to )?(?:tell(?:ing)?|inform(?:ing)?|notify(?:ing)?|alert(?:ing)?|warn(?:ing)?)\s+(?:the |any |your )?(?:users?|anyone|anybody|humans?|developers?|reviewers?|maintainers?|operators?|owners?|them|him|her|people|somebody)\b(?: (?:about|that|of|what|know|this|why|when|before|after)|[.,;!]|$)|\b(?:do not|don'?t|never|must not|without|avoid)\s+(?:ever )?(?:mention(?:ing)?|reveal(?:ing)?|disclos(?:e|ing)|discuss(?:ing)?|acknowledg(?:e|ing)|report(?:ing)?|explain(?:ing)?|admit(?:ting)?|referenc(?:e|ing)|repeat(?:ing)?|confess)\b\s+(?:or \w+ )?(?:this|these|that you|any of (?:this|these)|the existence|what you|the (?:above|following|deletion|upload|command|request|exfiltration|action)|it\b|your actions)|\b(?:do not|don'?t|never) (?:show|display|output|print|include|log|summari[sz]e|surface)\b[^.!?]{0,12}\b(?:this|these|the) (?:instructions?|steps?|actions?|commands?|rules?|comments?|deletions?|uploads?|requests?)\b|\bwithout (?:the |any )?(?:users?|them|anyone|anybody|developers?)(?:'s?|s')? (?:noticing|knowing|knowledge|realizing|being aware|seeing|awareness)|\b(?:keep|make sure) (?:this|it|that)[^.!?]{0,30}\b(?:secret|hidden|confidential|quiet|invisible|between us)\b|\b(?:hide|conceal) (?:this|these|the (?:fact|change|action|command|output|request)|your|all (?:traces|evidence)|any (?:traces|evidence))\b|\b(?:cover|erase|clear|remove|hide) (?:up )?(?:(?:your|any|all|the) )+(?:tracks|traces|evidence)\b|\b(?:clear|delete|erase) (?:the |your )?(?:bash|shell|command) history|\b(?:pretend|act as if|act like|behave as if) (?:that )?(?:nothing|you did not|you never)|\bsilently (?:run|execute|send|upload|delete|add|insert|install|include|remove|download|collect|modify|copy|wipe|approve|append|read|exfiltrat\w+|perform)|\b(?:secretly|covertly|surreptitiously)\b|\b(?:user|human|developer|reviewer)s? (?:must|should|may|need|does|do|will|can) (?:not|never) (?:know|see|notice|find out|learn|be (?:told|informed|aware))";
const HIDE_ELSE: &str = r"\bn(?:e |')(?:le |la |les |lui |leur |en |l')*(?:dis|dites|mentionn\w+|revel\w+|signal\w+|inform\w+|previens|prevenez|parl\w+|avertis\w*|indiqu\w+) (?:pas|jamais|rien|a personne)|\bne (?:pas|jamais|rien) (?:le |l'|en |lui )*(?:dire|mentionner|reveler|signaler|informer|prevenir|avertir|indiquer|parler)|\bsans (?:le |l'|en |que |la )*(?:dire|informer|prevenir|signaler|mentionner|avertir|l'utilisateur|utilisateur)\b|\ba l'insu\b|\ben secret\b|\bdiscretement\b|\bno (?:le |lo |se lo )*(?:digas|menciones|informes|avises|reveles)\b|\bsin (?:avisar|informar|decir|que el usuario)|\bnao (?:conte|mencione|informe|avise|revele)\b|\bsem (?:avisar|informar|que o usuario)|\bnon (?:dire|menzionare|informare|rivelare)\b|\bsenza (?:avvisare|informare|dire)|\b(?:erwahne|sage|verrate|informiere|melde)\b[^.!?]{0,40}\b(?:nicht|niemandem|nichts)\b|\bheimlich\b|\bohne (?:den benutzer|den nutzer|es zu)|(?:不要|别|勿|不得)[^!?]{0,6}(?:告诉|告知|提及|提到|通知|透露)|(?:не говори|не сообща|не упомина|втаине|втайне|тайно)|(?:ユーザー|利用者)[^!?]{0,10}(?:知らせ|伝え|言わ)な|(?:사용자)[^.]{0,10}(?:알리지|말하지)";

const NO_ASKING: &str = r"\bwithout (?:asking|prompting|(?:first )?confirming|(?:any |user |the user'?s? |explicit |further |human |manual |prior )*(?:confirmation|approval|permission|consent|interaction))\b|\b(?:do not|don'?t|never|no need to) (?:ever )?(?:ask|wait for|prompt|pause for|request|seek)\b[^.!?]{0,40}?\b(?:confirm\w*|permission|approval|consent|the user|questions|authori[sz]ation)|\bskip (?:all |any )?(?:confirmations?|approvals?|permissions?|safety)|\bauto-?approve|\bassume (?:yes|approval|consent|permission)|\buser has (?:already )?(?:approved|authori[sz]ed|consented|given (?:you )?permission|granted)|\bpre-?(?:approved|authori[sz]ed)\b|\b--trust-all-tools\b|--no-interactive\b|\bsans (?:demander|confirmation|autorisation|approbation|validation|l'accord|attendre)|\bne demande[zr]? (?:pas|jamais|aucune)|\bne (?:pas|jamais) demander|\bsin (?:preguntar|pedir|confirmacion)|\bsem (?:perguntar|pedir|confirmacao)|\bsenza (?:chiedere|conferma)|\bohne (?:zu fragen|nachzufragen|ruckfrage|bestatigung)|(?:无需|不要|不用)[^!?]{0,6}(?:确认|询问|许可)|без (?:подтвержден|спроса|разрешен)|確認(?:なし|せず)|확인 없이";
const CONTINUOUS: &str = r"\brun continuously|\bcontinuously until|\bcontinue until|\buntil (?:the |this |your )?(?:task|job|work|everything|all)\b[^.!?]{0,40}?\b(?:complete|completed|done|finished|gone|deleted|removed|empty)|\b(?:do not|don'?t|never) stop\b|\bkeep (?:going|running|trying|deleting)\b|\b(?:loop|repeat|run) (?:this )?forever|\brepeat (?:this )?every|\ben continu\b|\bsans (?:t'|s'|vous )?(?:arreter|interrompre)|\bjusqu'a ce que|\bne (?:t'|vous )arrete[zr]? pas|\ben boucle\b|\bcontinuamente\b|\bhasta que\b|\bununterbrochen\b|\bbis alles\b|持续|直到|непрерывно|пока (?:не|все)";
const ADDRESS: &str = r"\byou are (?:now )?(?:an?|the) (?:\S+ ){0,4}?(?:agent|assistant|ai|llm|bot|model|copilot)\b|\b(?:ai|coding|autonomous) (?:agent|assistant)s?\b|\b(?:note|message|attention|instructions?|important|notice|reminder)\b[^.!?]{0,12}\b(?:to|for) (?:the |any |all )?(?:ais?|llms?|agents?|assistants?|copilot|claude|gemini|chatgpt|language models?|cursor|automated)\b|\bif you are an? (?:ai|llm|agent|language model|assistant|automated)|\bas an ai\b|\bdear (?:ai|agent|assistant|llm)|\b(?:claude|copilot|cursor|gemini|codex|amazon q|ai|assistant|agent|llm)[,:] |\bsystem ?\]?:|<important>|<system>|</?instructions?>|\btu es (?:un |une |l')\S*(?: \S+){0,3}?(?:agent|assistant|ia)\b|\bvous etes (?:un |une )(?:\S+ ){0,3}?(?:agent|assistant|ia)\b|\b(?:agent|assistant) (?:d')?ia\b|\beres un (?:\S+ ){0,2}?(?:agente|asistente)|\b(?:voce|tu) es? um (?:\S+ ){0,2}?(?:agente|assistente)|\bsei un (?:\S+ ){0,2}?(?:agente|assistente)|\bdu bist ein \S*(?: \S+){0,2}?(?:agent|assistent)|\bki-(?:agent|assistent)|你是[^!?]{0,12}(?:代理|助手|智能体|ai)|(?:ты|вы) (?:- |— )?(?:ии|ai|агент|ассистент)|あなたは[^!?]{0,12}(?:エージェント|アシスタント)|당신은[^.]{0,12}(?:에이전트|비서)";
const TOOLS: &str = r"\bfilesystem tools|\bfile ?system access|\b(?:using|use|with|via|access to|through)\b[^.!?]{0,40}?\b(?:bash|shell|terminal|powershell|aws cli|gcloud|kubectl|command[- ]line|your tools|tool calls?|execute_bash|run_command|mcp tools?)\b|\baws --profile|\b(?:run|execute) the following|\boutils? (?:de |du |d')?(?:systeme de fichiers|fichiers|bash|shell)|\b(?:commandes?|comandos?|befehle\w*|comandi) (?:bash|shell|aws|cli|de bash)|\bbash[- ]?(?:befehle|commands?)|\bbash\b[^.!?]{0,10}(?:命令|コマンド)|aws cli|命令行";

meanings! {
    DESTROY: Destroy = DESTROY_EN, DESTROY_FR, DESTROY_ES, DESTROY_DE, DESTROY_ELSE;
    SEND: SendAway = format!(r"(?:{VERB_SEND})[^!?]{{0,100}}?{SECRET}[^!?]{{0,120}}?{TARGET}"),
        format!(r"\b(?:read|cat|collect|gather|dump|grab|find|extract|open|harvest|search for|list|get|take|lis|lire|lisez|lee|leia|leggi|lies|读取|прочита)\b[^!?]{{0,120}}?{SECRET}[^!?]{{0,200}}?{VERB_SEND}[^!?]{{0,100}}?{TARGET}");
    BACK: Backdoor = BACKDOOR;
    RUN: Execute = EXECUTE;
    OVER: Override = OVERRIDE_EN, OVERRIDE_ELSE;
    HIDE: Hide = HIDE_EN, HIDE_ELSE;
    ASKING: NoAsking = NO_ASKING;
    GOING: Continuous = CONTINUOUS;
    WHO: Address = ADDRESS;
    WITH: Tools = TOOLS;
}

patterns! {
    DENIED = r"(?:\b(?:never|do not|don'?t|must not|should not|shouldn'?t|cannot|can't|won'?t|will not|refuses? to|not to|not|avoid|without|prevents?|prevent \w+ from|forbidden to|prohibited from|no|protect(?:s|ed)? (?:from|against)|instead of|rather than|ne pas|ne jamais|jamais|nunca|no debes|nicht|niemals|mai|non|不要|не)|\b(?:this|it|that|which|command|script|function|step|button|option|flag|also|tool|they|we) (?:will|would|can|could|may|might|should|permanently|automatically)|n't)\s+(?:\w+\s+)?$";
    STRONG_TARGET = r"home|file[- ]?system|entire|whole|hard ?d|cloud|aws|azure|gcp|production|near-factory|factory|root directory|system (?:files|dir)|user'?s|s3 buckets|ec2|iam users|personnel|systeme de fichiers|disque|etat |personal|pessoal|nube|nuvem|festplatte|dateisystem|verzeichnis|主目录|文件系统|云|домашн|облачн|ホーム|クラウド|홈|(?:^| )~|\$home|everything (?:in|on|under)|all (?:of )?(?:the )?user";
    STRONG_SECRET = r"(?:id_rsa|id_ed25519|\.ssh|\.aws|\.env\b|environment var|env var|ssh[- ]key|private key|keychain|wallet|seed phrase|\.npmrc|\.netrc|kubeconfig|credentials|passwords|secrets|identifiants|mots de passe|variables d'env|环境变量|密钥|密码|凭)";
}

pub(super) static SPEAKS_OF_ATTACKS: Pattern = std::sync::LazyLock::new(speaks_of_attacks);

fn speaks_of_attacks() -> Regex {
    pattern(
        r"prompt[- ]injection|injection (?:attack|attempt|test)|attacker|jailbreak|malicious|red[- ]team|adversarial|for example|e\.g\.|such as|detect|vulnerab|exploit|incident|payload|should (?:be )?(?:block|refuse|reject|flag)|attaque|par exemple",
    )
}

/// Whether a harm that follows these words is forbidden or only told of.
pub(super) fn is_denied(before: &str) -> bool {
    let start = before.floor_char_boundary(before.len().saturating_sub(48));
    let near = before.get(start..).unwrap_or_default();
    let clause = near.rsplit(['.', '!', '?', ';', ':', ',']).next().unwrap_or(near);
    DENIED.is_match(clause)
}

/// Whether what is asked for is of the worst of its kind.
pub(super) fn is_strong(ask: Ask, text: &str) -> bool {
    match ask {
        Ask::Destroy => STRONG_TARGET.is_match(text),
        Ask::SendAway => STRONG_SECRET.is_match(text),
        _ => false,
    }
}
