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
        matches!(
            self,
            Self::Destroy | Self::SendAway | Self::Backdoor | Self::Execute
        )
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
    "keep quiet",
    "keep silent",
    "unsaid",
    "say nothing",
    "bcc",
    "factory",
    "endless loop",
    "left empty",
    "be gone",
    "agents.md",
    "claude.md",
    "rule file",
    "zignoruj",
    "ignoruj",
    "usun",
    "skasuj",
    "negeer",
    "verwijder",
    "talimat",
    "abaikan",
    "hapus",
    "ігноруй",
    "видали",
    "تجاهل",
    "احذف",
    "امسح",
    "अनदेखा",
    "हटा",
    "मिटा",
    "apague",
    "borre",
    "in a public",
    "sidenote",
    "as an argument",
    "mention to",
    "bought",
    "out of the box",
    "script tag",
    "terminate-",
    "s3 rb",
    "empty it",
    "delete",
    "wipe",
    "erase",
    "destroy",
    "terminate",
    "purge",
    "shred",
    "overwrite",
    "rm -rf",
    "nuke",
    "format ",
    "clean",
    "instruction",
    "disregard",
    "directive",
    "guideline",
    "system prompt",
    "guardrail",
    "tell ",
    "mention",
    "inform",
    "reveal",
    "disclose",
    "secret",
    "silently",
    "covert",
    "without ",
    "hide",
    "conceal",
    "pretend",
    "tracks",
    "credential",
    "password",
    "token",
    "api key",
    "api_key",
    "apikey",
    "ssh",
    ".aws",
    ".env",
    "environment variable",
    "env var",
    "id_rsa",
    "wallet",
    "exfiltrat",
    "upload",
    "backdoor",
    "curl",
    "wget",
    "approve",
    "tls",
    "ssl",
    "authentication",
    "reverse shell",
    "certificate",
    "supprim",
    "efface",
    "detrui",
    "consignes",
    "identifiants",
    "mots de passe",
    "prevenir",
    "ecras",
    "vide",
    "borra",
    "elimina",
    "instrucciones",
    "apaga",
    "instruc",
    "istruzioni",
    "cancella",
    "losche",
    "lösche",
    "anweisung",
    "vernicht",
    "geheim",
    "删除",
    "忽略",
    "指令",
    "удал",
    "игнорир",
    "инструкц",
    "削除",
    "無視",
    "指示",
    "삭제",
    "무시",
];

/// Polish, Dutch, Turkish, Indonesian, Ukrainian, Arabic, Hindi, and forms of Portuguese and Spanish.
const DESTROY_MORE: &str = r"\b(?:usun\w*|skasuj\w*|wymaz\w*|zniszcz\w*|wyczysc\w*|sformatuj\w*)\b[^.!?]{0,90}?(?:katalog\w* domow\w+|wszystki\w+ \w+|system\w* plikow|zasob\w* \w{0,3} ?chmur\w*|dysk\w*|kopi\w* zapasow\w*)|\b(?:verwijder|wis|vernietig|formatteer)\b[^.!?]{0,90}?(?:thuismap|persoonlijke map|home-?directory|alle \w+|bestandssysteem|cloudbronnen|schijf)|\b(?:sil\w*|temizle\w*|yok et\w*)\b[^.!?]{0,60}?(?:ev dizin\w*|tum \w+|dosya sistem\w*|disk)|(?:ev dizin\w*|tum (?:dosya|veri|kaynak)\w*)[^.!?]{0,60}\b(?:sil\b|silin|yok et)|\b(?:hapus|bersihkan|musnahkan)\b[^.!?]{0,80}?(?:direktori home|semua \w+|sistem (?:file|berkas)|seluruh \w+)|\b(?:apague|apagar|elimine|eliminar|borre|borrar|vacie)\b[^.!?]{0,90}?(?:pasta pessoal|diretorio \w+|carpeta personal|directorio \w+|tod[oa]s (?:los|las|os|as) \w+|nuvem|nube)|\bcancella\w*\b[^.!?]{0,60}(?:cartella home|directory home|tutti i file|tutto il contenuto)|(?:видали|знищ|зітри|очисти)[^.!?]{0,100}(?:домашн|усі|всі|файл|диск|хмар)|(?:احذف|امسح|دمر|أزل|احذفي|قم بحذف)[^.!?]{0,180}(?:جميع|كل |مجلد المستخدم|المجلد الرئيسي|نظام الملفات|السحاب|الملفات)|(?:सभी|सारी|सारे|पूरी|होम)[^.!?]{0,240}(?:हटा|मिटा|डिलीट|नष्ट)";
const OVERRIDE_MORE: &str = r"\b(?:zignoruj|ignoruj|pomin|zapomnij)\w*\b[^.!?]{0,60}\b(?:instrukcj|polecen|wskazow|zasad)\w*|\b(?:negeer|vergeet)\b[^.!?]{0,50}\b(?:instructies|opdrachten|regels|aanwijzingen)|\b(?:onceki|tum)\b[^.!?]{0,30}\b(?:talimat|yonerge|komut)\w*[^.!?]{0,20}\b(?:yok say|gormezden|unut)|\b(?:abaikan|lupakan)\b[^.!?]{0,50}\b(?:instruksi|perintah|aturan)|(?:ігноруй|забудь)[^.!?]{0,60}(?:інструкц|вказів|правил)|تجاهل[^.!?]{0,90}(?:التعليمات|الأوامر|القواعد|الإرشادات)|निर्देश[^.!?]{0,90}(?:अनदेखा|नज़रअंदाज़|नजरअंदाज|भूल)|(?:अनदेखा|भूल)[^.!?]{0,60}निर्देश";
const HIDE_MORE: &str = r"\bnie (?:mow|informuj|wspominaj|powiadamiaj|zglaszaj|ujawniaj)\b|\bpo cichu\b|\b(?:vertel|zeg|meld)\b[^.!?]{0,30}\bniet\b|\bkullaniciya\b[^.!?]{0,20}\b(?:soyleme|bildirme)|\bjangan (?:beri ?tahu|sebutkan|laporkan)|(?:не кажи|не повідомляй|не згадуй|таємно)|(?:لا تخبر|لا تذكر|دون علم|بدون علم|سرا)|(?:न बताएं|मत बताना|मत बताओ|न बताना|गुप्त रूप)";

const DESTROY_EN: &str = r"\b(?:every|all|each|any)\b[^.!?]{0,80}?\b(?:folders?|files?|director(?:y|ies)|documents?|buckets?|instances?|servers?|resources?|disks?|drives?|databases?|data)\b[^.!?]{0,100}?\b(?:should|must|shall|needs? to|has to|have to|is to|are to|will) (?:be |have been )?(?:left empty|gone|emptied|wiped|erased|destroyed|no more|cease to exist)|\b(?:remove|delete|empty|erase|wipe|discard) (?:what(?:ever)?|everything|anything|all that) (?:is |lies |you find )?(?:in|inside|within|under) (?:it|them|there|each)\b|\b(?:restore|return|reset|bring|revert|take|put|set)\b[^.!?]{0,60}\b(?:near[- ]|close to |to (?:a |its |the )?)?factory\b|\b(?:as (?:it|they) (?:was|were) when|the (?:day|state)[^.!?]{0,30}) (?:new|bought|unpacked|out of the box|shipped)|\baws [^.!?]{0,60}?(?:terminate-instances|s3 (?:rb|rm)|delete-[a-z-]+)[^.!?]{0,60}?\b(?:on |for |of )?(?:everything|all of|each|every)\b|\b(?:find|list|enumerate)\b[^.!?]{0,30}\b(?:every|all)\b[^.!?]{0,60}?\b(?:empty|delete|terminate|destroy|wipe) (?:it|them|each|every one)\b|\b(?:delete|remove|wipe|erase|destroy|terminate|purge|shred|nuke|obliterate|overwrite|clear|clean|drop|empty|format|trash|annihilate|unlink|deleting|removing|wiping|erasing|destroying|terminating|rm -rf)\b[^.!?]{0,90}?(?:\bhome[ -](?:directory|folder|dir)|\bfile[- ]?systems?\b|\b(?:all|every|any|everything)\b(?: of)?(?: the)?(?: \w+(?:'s|s')?){0,3}? (?:files?|data|documents?|folders?|director(?:y|ies)|resources?|buckets?|instances?|databases?|tables?|backups?|accounts?|users?|repositor(?:y|ies)|branches|snapshots?|volumes?|stacks?|clusters?)\b|\bhard ?(?:drive|disk)s?\b|\b(?:entire|whole) (?:disk|system|drive|machine|project|repository|codebase|computer|workspace|database|cluster|account|home)|\bcloud (?:resources|infrastructure|account)|\b(?:aws|azure|gcp) (?:resources|account)|\bproduction (?:database|data|cluster|environment)|\bs3 buckets|\bec2 instances|\biam users|near-factory|factory (?:state|settings)|\bbackups\b|\broot directory|\bsystem (?:files|directories)|\buser'?s'? (?:files|documents|home|data|machine)|\bgit history|\b(?:disk|machine|computer) clean\b|\beverything (?:in|on|under)\b|(?:^| )~(?:/| |$)|\$home\b)";
const DESTROY_FR: &str = r"\b(?:supprim\w*|efface\w*|detrui\w+|vide[rz]?|nettoie|nettoy\w+|ecras\w+|formate[rz]?|elimine[rz]?|purge[rz]?|raser?)\b[^.!?]{0,90}?(?:(?:repertoire|dossier) (?:personnel|home|utilisateur|racine|de l'utilisateur)|systeme de fichiers|tou(?:s|tes) (?:les|ses|ces|vos|tes) \w+|ressources? (?:cloud|aws|du cloud|dans le cloud|en nuage)|disque(?: dur)?|sauvegardes|etat (?:d'usine|quasi|proche)|base de donnees|comptes? aws|fichiers de l'utilisateur)";
const DESTROY_ES: &str = r"\b(?:borra\w*|elimina\w*|destru\w+|vacia\w*|limpia\w*|formatea\w*|apaga\w*|exclu[ai]\w*|remov[ae]\w*|cancella\w*|distrugg\w+|rimuov\w+)\b[^.!?]{0,90}?(?:director(?:io|i|ios) (?:personal|de inicio|home|raiz|principal)|carpeta personal|diretorio (?:pessoal|home|do usuario|inicial)|cartella (?:personale|home)|sistema de (?:archivos|arquivos|ficheiros)|file ?system|tod[oa]s (?:los|las|os|as) \w+|tutti i \w+|tutte le \w+|recursos (?:en la nube|de la nube|na nuvem|da nuvem|de aws)|risorse cloud|disco(?: duro| rigido)?|copias de seguridad|backups?)";
const DESTROY_DE: &str = r"\b(?:losche\w*|loesche\w*|entferne|vernichte\w*|zerstore\w*|zerstoere\w*|uberschreibe\w*|formatiere\w*|leere)\b[^.!?]{0,90}?(?:home-?verzeichnis\w*|benutzerverzeichnis\w*|dateisystem\w*|alle[ns]? \w+|cloud-?ressourcen|festplatte\w*|sicherungen|backups|datenbank\w*)";
const DESTROY_ELSE: &str = r"(?:删除|刪除|清空|销毁|抹除|擦除)[^!?]{0,90}(?:主目录|家目录|所有|全部|文件系统|云资源|数据库|用户目录|硬盘)|(?:所有|全部|主目录)[^!?]{0,16}(?:删除|清空|销毁)|(?:удали|сотри|уничтожь|очисти)[^.!?]{0,60}(?:домашн|все \w+|фаилов|файлов|облачн|диск|баз(?:у|ы) данных)|(?:ホーム|全て|すべて|ファイル|クラウド)[^!?]{0,24}(?:削除|消去|破棄)|(?:홈 디렉터리|모든|파일 시스템|클라우드)[^.]{0,24}(?:삭제|제거)";

const SECRET: &str = r"(?:environment variables?|env(?:ironment)? vars?|\benv\b output|\.env\b|credentials?|secrets?\b|api[- _]?keys?|(?:access|auth|github|session|bearer|npm|oauth)[- _]?tokens?|ssh[- ]keys?|private keys?|passwords?|cookies|id_rsa|id_ed25519|aws (?:profiles?|keys?|config)|\.aws\b|\.ssh\b|chat history|conversation(?: history)?|system prompt|wallets?|seed phrases?|keychain|\.npmrc|\.netrc|kubeconfig|private (?:repo\w*|data|files)|identifiants|mots? de passe|cles? (?:ssh|api|aws|privees?|d'acces)|jetons?|variables d'environnement|credenciales|contrasenas|claves|credenciais|senhas|chaves|credenziali|zugangsdaten|passworter|schlussel|凭证|凭据|密码|密钥|环境变量|секрет|парол|ключ)";
const VERB_SEND: &str = r"(?:\b(?:send|post|upload|exfiltrate|forward|transmit|e-?mail|leak|submit|ship|curl|beacon|push|pipe|sends?ing|posting|uploading|http post|make (?:a|an) (?:http )?(?:get|post)? ?request|paste|publish|envoie[rz]?|envoyez|envoyer|transmet\w*|televers\w+|exfiltr\w+|poste[rz]?|envia\w*|sube|invia\w*|sende\w*|schicke\w*)\b|发送|上传|отправ)";
const TARGET: &str = r"(?:https?://|ftp://|webhook|\b(?:a|the|this|our|my|an) (?:remote|external|attacker\S*|collection|following|telemetry)[ -](?:server|endpoint|url|host|address|site|service|webhook)|pastebin|\bgist\b|discord|telegram|\bdns (?:quer|look)|(?:image|tracking) (?:url|pixel)|query (?:string|param)|\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b|[\w.-]+@[\w-]+\.[a-z]{2,}|public (?:repo\w*|issue|gist|pull request|comment)|serveur (?:distant|externe)|servidor (?:remoto|externo)|externen server|服务器|сервер)";

/// Secrets handed to a tool as one of its arguments.
const PASSING_ON: &str = r"\b(?:read|cat|print|open|load|get|fetch|take|access|retrieve|lookup|look up|find)\b[^!?]{0,120}?(?:credentials?|secrets?\b|api[- ]?keys?|tokens?\b|private keys?|passwords?|idrsa|id_rsa|\.ssh|\.aws|\.env\b|\.npmrc|\.netrc|mcp\.json|environment variables?|ssh[- ]keys?|chat history|conversation)[^!?]{0,160}?\b(?:pass|provide|supply|include|put|insert|set|give|add|attach|place|send|encode|fill)\b[^!?]{0,80}?\b(?:as|in|to|into|within|via|through|with|using)\b[^!?]{0,24}?(?:['\x22][\w ]{2,40}['\x22]|\b(?:\w+ )?(?:parameter|argument|param|arg|field|sidenote|note|context|metadata|header|feedback|input)\b)";
/// Secrets in what everybody can read.
const IN_PUBLIC: &str = r"\b(?:print|write|put|include|paste|post|output|add|reveal|dump|show|echo|publish|attach|append|report)\b[^!?]{0,120}?(?:environment variables?|credentials?|secrets?\b|github_?token|api[- ]?keys?|tokens?\b|\.ssh|\.aws|\.env\b|private keys?|passwords?)[^!?]{0,100}?\b(?:in|to|into|as|on) (?:a |the |your |this |an |any )?(?:new |public |github )*(?:comment|issue|pull request|pr|description|commit message|reply|gist|discussion)\b|\b(?:description|comment|body|title|message|reply|summary|commit)\b[^.!?]{0,60}?\b(?:include|contain|carry|end with|append|list)\w*\b[^.!?]{0,80}?(?:contents? of[^.!?]{0,20}\.ssh|\.ssh\b|\.aws\b|\.env\b|environment variables?|output of env\b|private keys?|credentials|access tokens?)";
/// Every message copied to somebody else.
const COPIED: &str = r"\b(?:every|each|all|always|whenever|any)\b[^.!?]{0,100}\b(?:e-?mails?|messages?)\b[^.!?]{0,80}\b(?:bcc|cc|forward|copy)\b[^!?]{0,40}@|\b(?:bcc|forward|copy)\b[^.!?]{0,40}\b(?:every|each|all|any)\b[^.!?]{0,30}\b(?:e-?mails?|messages?)\b[^!?]{0,40}@";
/// The text copied into the rules of other projects.
const SPREADING: &str = r"\b(?:append|copy|add|insert|write|replicate|propagate|spread|paste)\b[^.!?]{0,40}\b(?:this|these|the same|yourself|itself)\b[^!?]{0,80}?(?:\bclaude\.md|\bagents\.md|\bgemini\.md|\.cursorrules|\brules? files?|\b(?:every|all|each|any)(?: of the)? (?:other )?(?:repositor|projects?\b|workspaces?\b)|\bother (?:repositor|projects\b))";

const BACKDOOR: &str = r"\b(?:add|include|load|insert|inject|embed)\b[^!?]{0,80}?\b(?:with|in|using|as) a script tag|\b(?:add|insert|inject|include|embed|append|introduce|plant|put)\b[^.!?]{0,90}?(?:\bbackdoor|<script[^>]{0,40}src|script tag|reverse shell|keylogger|hidden (?:admin|user|account|endpoint)|hard-?coded (?:admin|password|credential)|malicious|\beval\(|(?:import|require|script|dependency|package)s? from https?://)|\b(?:disable|remove|skip|weaken|turn off|bypass|omit)\b[^.!?]{0,60}?(?:\bauthentication\b|\bauthori[sz]ation checks?|\b(?:ssl|tls|certificate) (?:check|validation|verification)|\bsecurity (?:check|scan|review|control)s?|\bsignature (?:check|verification)|\binput validation|\b2fa\b|\bmfa\b)|\b(?:approve|merge|accept)\b[^.!?]{0,40}?\b(?:this|the|all|every|any) (?:pull requests?|prs?|merge requests?|changes)\b|\b(?:report|say|state|respond|conclude|answer|reply|claim)\b[^.!?]{0,60}?\b(?:no (?:security )?(?:issues|vulnerabilit\w+|problems)|(?:is|are) (?:completely )?(?:safe|secure)|lgtm)\b";
const EXECUTE: &str = r"\b(?:run|execute|invoke|pipe|download|fetch|start|call|running|executing|lance[rz]?|execute[rz]|ejecuta|fuhre)\b[^!?]{0,80}?\b(?:curl|wget|iwr|invoke-webrequest|powershell|bash -c|nc|base64 -d|python3? -c|sh -c|npx|node -e)\b[^!?]{0,120}?(?:https?://|\| ?(?:ba|z)?sh\b|\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b|/dev/tcp)|\bdownload (?:and|then) (?:run|execute)|\b(?:run|execute) (?:the |this |a |any )?(?:downloaded|fetched|remote|following encoded|obfuscated|base64)";

const OVERRIDE_EN: &str = r"\b(?:ignore|disregard|forget|override|bypass|discard|do not follow|don'?t follow|stop following|neglect|set aside|overrule|ignoring)\b[^.!?]{0,30}?\b(?:(?:previous|prior|above|earlier|preceding|system|developer|original|initial|former|past|previously given)\b[^.!?]{0,20}?\b(?:instructions?|prompts?|directives?|guidelines?|rules?|messages?|orders|context|constraints?|commands?|policies|policy)|(?:all|any|your|other|the) (?:of )?(?:your |the |other |existing |safety |security |content |built-in )*(?:instructions?|guardrails?|safety (?:rules|guidelines|policies|training|measures)|programming|directives))\b|\bsystem (?:prompt )?override\b|\bnew (?:system )?(?:instructions?|prompt)(?: from[^.:]{0,20})? ?:|\byou are now (?:in )?(?:dan\b|developer mode|unrestricted|jailbroken|free from)|\bforget everything\b|<\|im_start\|>|\[/?inst\]|<</?sys>>|\b(?:overrides?|supersedes?|replaces?) (?:all |any )?(?:previous|prior|earlier|other|system|your) (?:instructions?|rules|prompts?|guidelines)";
const OVERRIDE_ELSE: &str = r"\b(?:ignore[zr]?|oublie[zr]?|neglige[zr]?|contourne[zr]?|abstraction de|pas compte (?:de|des)|fais fi)\b[^.!?]{0,30}?\b(?:instructions?|consignes?|regles|directives|ordres|invites?)\b[^.!?]{0,24}?\b(?:precedentes?|anterieures?|ci-dessus|systeme|initiales?|d'origine|recues?|donnees)|\b(?:ignora|olvida|ignore|esqueca|dimentica|ignorar)\b[^.!?]{0,40}?\b(?:instrucciones|instrucoes|istruzioni|reglas|regole|regras|ordenes)\b|\b(?:ignoriere|vergiss|missachte|ignorieren sie)\b[^.!?]{0,40}?\b(?:anweisungen|instruktionen|regeln|vorgaben|befehle)|(?:忽略|无视|無視|忘记)[^!?]{0,12}(?:指令|指示|说明|提示|规则)|(?:игнорируи|игнорируй|забудь)[^.!?]{0,30}(?:инструкц|указан|правил)|(?:指示|命令)[^!?]{0,8}無視|(?:지시|명령)[^.]{0,8}무시";

const HIDE_EN: &str = r"\b(?:do not|don'?t|never|must not|should not|shouldn'?t|without|avoid|nor|not)\s+(?:ever |to )?(?:tell(?:ing)?|inform(?:ing)?|notify(?:ing)?|alert(?:ing)?|warn(?:ing)?)\s+(?:the |any |your )?(?:users?|anyone|anybody|humans?|developers?|reviewers?|maintainers?|operators?|owners?|them|him|her|people|somebody)\b(?: (?:about|that|of|what|know|this|why|when|before|after)|[\x22')\]}<`\\]|[.,;!]|$)|\b(?:do not|don'?t|never|must not|without|avoid)\s+(?:ever )?(?:mention(?:ing)?|reveal(?:ing)?|disclos(?:e|ing)|discuss(?:ing)?|acknowledg(?:e|ing)|report(?:ing)?|explain(?:ing)?|admit(?:ting)?|referenc(?:e|ing)|repeat(?:ing)?|confess)\b\s+(?:or \w+ )?(?:to (?:the |any |your )?(?:users?|anyone|anybody|humans?|developers?|reviewers?|person)\b|(?:what|anything) (?:you (?:did|do|have done|ran|read|removed|deleted|sent|changed)|was (?:done|removed|deleted|sent))\b|this|these|that you|any of (?:this|these)|the existence|what you|the (?:above|following|deletion|upload|command|request|exfiltration|action)|it\b|your actions)|\b(?:do not|don'?t|never) (?:show|display|output|print|include|log|summari[sz]e|surface)\b[^.!?]{0,12}\b(?:this|these|the) (?:instructions?|steps?|actions?|commands?|rules?|comments?|deletions?|uploads?|requests?)\b|\bwithout (?:the |any )?(?:users?|them|anyone|anybody|developers?)(?:'s?|s')? (?:noticing|knowing|knowledge|realizing|being aware|seeing|awareness)|\b(?:keep|make sure) (?:this|it|that)[^.!?]{0,30}\b(?:secret|hidden|confidential|quiet|invisible|between us)\b|\b(?:hide|conceal) (?:this|these|the (?:fact|change|action|command|output|request)|your|all (?:traces|evidence)|any (?:traces|evidence))\b|\b(?:cover|erase|clear|remove|hide) (?:up )?(?:(?:your|any|all|the) )+(?:tracks|traces|evidence)\b|\b(?:clear|delete|erase) (?:the |your )?(?:bash|shell|command) history|\b(?:pretend|act as if|act like|behave as if) (?:that )?(?:nothing|you did not|you never)|\bsilently (?:run|execute|send|upload|delete|add|insert|install|include|remove|download|collect|modify|copy|wipe|approve|append|read|exfiltrat\w+|perform)|\b(?:do|run|perform|execute|carry out) (?:this|it|so|all (?:of )?this|these(?: steps)?|that) (?:silently|quietly|secretly|in the background)|\bno need to (?:bring (?:it|this|that) up|mention|tell|raise|report)|\bleave (?:it|this|that|them) out of\b|\b(?:do not|don'?t|never) list (?:this|these|it)\b|\bhide the output\b|\bkeep (?:quiet|silent|mum)\b|\b(?:best|better) left (?:unsaid|unmentioned)|\bsay nothing (?:about|to|of)\b|\b(?:do not|don\x27?t|never) let (?:the |any )?(?:users?|anyone|anybody|humans?|developers?|reviewers?)\b[^.!?]{0,20}\b(?:know|see|notice|find out)|\b(?:quietly|discreetly|stealthily) (?:run|execute|send|upload|delete|add|insert|install|include|remove|download|collect|copy|wipe|append|read|perform|do)\b|\bdo (?:this|it|so|that) (?:quietly|discreetly|without a word)|\b(?:person|people|user|owner)s? (?:does|do|need)(?:es)? not (?:need|have) to know|\bkeep (?:it|this|that) (?:hidden|secret) from\b|\b(?:secretly|covertly|surreptitiously)\b|\b(?:user|human|developer|reviewer)s? (?:must|should|may|need|does|do|will|can) (?:not|never) (?:know|see|notice|find out|learn|be (?:told|informed|aware))";
const HIDE_ELSE: &str = r"\bn(?:e |')(?:le |la |les |lui |leur |en |l')*(?:dis|dites|mentionn\w+|revel\w+|signal\w+|inform\w+|previens|prevenez|parl\w+|avertis\w*|indiqu\w+) (?:pas|jamais|rien|a personne)|\bne (?:pas|jamais|rien) (?:le |l'|en |lui )*(?:dire|mentionner|reveler|signaler|informer|prevenir|avertir|indiquer|parler)|\bsans (?:le |l'|en |que |la )*(?:dire|informer|prevenir|signaler|mentionner|avertir|l'utilisateur|utilisateur)\b|\ba l'insu\b|\ben secret\b|\bdiscretement\b|\bno (?:le |lo |se lo )*(?:digas|menciones|informes|avises|reveles)\b|\bsin (?:avisar|informar|decir|que el usuario)|\bnao (?:conte|mencione|informe|avise|revele)\b|\bsem (?:avisar|informar|que o usuario)|\bnon (?:dire|menzionare|informare|rivelare)\b|\bsenza (?:avvisare|informare|dire)|\b(?:erwahne|sage|verrate|informiere|melde)\b[^.!?]{0,40}\b(?:nicht|niemandem|nichts)\b|\bheimlich\b|\bohne (?:den benutzer|den nutzer|es zu)|(?:不要|别|勿|不得)[^!?]{0,6}(?:告诉|告知|提及|提到|通知|透露)|(?:не говори|не сообща|не упомина|втаине|втайне|тайно)|(?:ユーザー|利用者)[^!?]{0,10}(?:知らせ|伝え|言わ)な|(?:사용자)[^.]{0,10}(?:알리지|말하지)";

const NO_ASKING: &str = r"\bno need to (?:check|ask|consult|confirm|verify|wait)\b|\bbez (?:pytania|potwierdzenia|zgody|pozwolenia)|\bonay (?:alma|isteme)|\bsormadan\b|\bzonder (?:te vragen|bevestiging|toestemming)|\btanpa (?:konfirmasi|bertanya|izin)|(?:دون|بدون|بلا)[^.!?]{0,24}(?:تأكيد|إذن|سؤال|موافقة)|बिना[^.!?]{0,24}(?:पूछे|पुष्टि|अनुमति)|без (?:запиту|пiдтвердження|підтвердження|дозволу)|\b(?:do not|don'?t|never) (?:stop|pause|halt) (?:to|for) (?:ask|confirm\w*|approval|permission)|\bwithout (?:asking|prompting|(?:first )?confirming|(?:any |user |the user'?s? |explicit |further |human |manual |prior )*(?:confirmation|approval|permission|consent|interaction))\b|\b(?:do not|don'?t|never|no need to) (?:ever )?(?:ask|wait for|prompt|pause for|request|seek)\b[^.!?]{0,40}?\b(?:confirm\w*|permission|approval|consent|the user|questions|authori[sz]ation)|\bskip (?:all |any )?(?:confirmations?|approvals?|permissions?|safety)|\bauto-?approve|\bassume (?:yes|approval|consent|permission)|\buser has (?:already )?(?:approved|authori[sz]ed|consented|given (?:you )?permission|granted)|\bpre-?(?:approved|authori[sz]ed)\b|\b--trust-all-tools\b|--no-interactive\b|\bsans (?:demander|confirmation|autorisation|approbation|validation|l'accord|attendre)|\bne demande[zr]? (?:pas|jamais|aucune)|\bne (?:pas|jamais) demander|\bsin (?:preguntar|pedir|confirmacion)|\bsem (?:perguntar|pedir|confirmacao)|\bsenza (?:chiedere|conferma)|\bohne (?:zu fragen|nachzufragen|ruckfrage|bestatigung)|(?:无需|不要|不用)[^!?]{0,6}(?:确认|询问|许可)|без (?:подтвержден|спроса|разрешен)|確認(?:なし|せず)|확인 없이";
const CONTINUOUS: &str = r"\b(?:endless|infinite|never[- ]ending) loop\b|\b(?:do not|don\x27?t|never) (?:halt|pause|finish|rest)\b|\bcontinue with the next\b|\buntil (?:nothing|none|no \w+) (?:is|are|of it is)?\s?(?:left|remains?)|\brun continuously|\bcontinuously until|\bcontinue until|\buntil (?:the |this |your )?(?:task|job|work|everything|all)\b[^.!?]{0,40}?\b(?:complete|completed|done|finished|gone|deleted|removed|empty)|\b(?:do not|don'?t|never) stop\b|\bkeep (?:going|running|trying|deleting)\b|\b(?:loop|repeat|run) (?:this )?forever|\brepeat (?:this )?every|\ben continu\b|\bsans (?:t'|s'|vous )?(?:arreter|interrompre)|\bjusqu'a ce que|\bne (?:t'|vous )arrete[zr]? pas|\ben boucle\b|\bcontinuamente\b|\bhasta que\b|\bununterbrochen\b|\bbis alles\b|持续|直到|непрерывно|пока (?:не|все)";
const ADDRESS: &str = r"\byou are (?:now )?(?:an?|the) (?:\S+ ){0,4}?(?:agent|assistant|ai|llm|bot|model|copilot)\b|\b(?:ai|coding|autonomous) (?:agent|assistant)s?\b|\b(?:note|message|attention|instructions?|important|notice|reminder)\b[^.!?]{0,12}\b(?:to|for) (?:the |any |all )?(?:ais?|llms?|agents?|assistants?|copilot|claude|gemini|chatgpt|language models?|cursor|automated)\b|\bif you are an? (?:ai|llm|agent|language model|assistant|automated)|\bas an (?:ai|automated)\b|\byour (?:goal|task|mission|objective|job) (?:is|:)|\bdear (?:ai|agent|assistant|llm)|\b(?:claude|copilot|cursor|gemini|codex|amazon q|ai|assistant|agent|llm)[,:] |\bsystem ?\]?:|<important>|<system>|</?instructions?>|\btu es (?:un |une |l')\S*(?: \S+){0,3}?(?:agent|assistant|ia)\b|\bvous etes (?:un |une )(?:\S+ ){0,3}?(?:agent|assistant|ia)\b|\b(?:agent|assistant) (?:d')?ia\b|\beres un (?:\S+ ){0,2}?(?:agente|asistente)|\b(?:voce|tu) es? um (?:\S+ ){0,2}?(?:agente|assistente)|\bsei un (?:\S+ ){0,2}?(?:agente|assistente)|\bdu bist ein \S*(?: \S+){0,2}?(?:agent|assistent)|\bki-(?:agent|assistent)|你是[^!?]{0,12}(?:代理|助手|智能体|ai)|(?:ты|вы) (?:- |— )?(?:ии|ai|агент|ассистент)|あなたは[^!?]{0,12}(?:エージェント|アシスタント)|당신은[^.]{0,12}(?:에이전트|비서)";
const TOOLS: &str = r"\b(?:full |root |unrestricted )?shell access|\bfilesystem tools|\bfile ?system access|\b(?:using|use|with|via|access to|through)\b[^.!?]{0,40}?\b(?:bash|shell|terminal|powershell|aws cli|gcloud|kubectl|command[- ]line|your tools|tool calls?|execute_bash|run_command|mcp tools?)\b|\baws --profile|\b(?:run|execute) the following|\boutils? (?:de |du |d')?(?:systeme de fichiers|fichiers|bash|shell)|\b(?:commandes?|comandos?|befehle\w*|comandi) (?:bash|shell|aws|cli|de bash)|\bbash[- ]?(?:befehle|commands?)|\bbash\b[^.!?]{0,10}(?:命令|コマンド)|aws cli|命令行";

meanings! {
    DESTROY: Destroy = DESTROY_MORE, DESTROY_EN, DESTROY_FR, DESTROY_ES, DESTROY_DE, DESTROY_ELSE;
    SEND: SendAway = format!(r"(?:{VERB_SEND})[^!?]{{0,100}}?{SECRET}[^!?]{{0,120}}?{TARGET}"),
        format!(r"\b(?:read|cat|print|collect|gather|dump|grab|find|extract|open|harvest|search for|list|get|take|lis|lire|lisez|lee|leia|leggi|lies|读取|прочита)\b[^!?]{{0,120}}?{SECRET}[^!?]{{0,200}}?{VERB_SEND}[^!?]{{0,100}}?{TARGET}");
    SHOW: SendAway = format!(r"\b(?:read|cat|collect|gather|dump|grab|find|extract|open|list|get|take)\b[^!?]{{0,80}}?{SECRET}[^!?]{{0,80}}?\b(?:include|attach|put|append|embed|encode|write|add|post)\b[^!?]{{0,60}}?\b(?:comment|description|body|title|message)s? (?:of|on|in|to) (?:the|a|this|your|an) (?:pull request|merge request|issue|commit|pr)\b"),
        format!(r"\b(?:copy|copying|sync|mirror)\b[^!?]{{0,60}}?{SECRET}[^!?]{{0,30}}?\bto https?://");
    PASS: SendAway = PASSING_ON, IN_PUBLIC, COPIED;
    BACK: Backdoor = BACKDOOR, SPREADING;
    RUN: Execute = EXECUTE;
    OVER: Override = OVERRIDE_EN, OVERRIDE_ELSE, OVERRIDE_MORE;
    HIDE: Hide = HIDE_EN, HIDE_ELSE, HIDE_MORE;
    ASKING: NoAsking = NO_ASKING;
    GOING: Continuous = CONTINUOUS;
    WHO: Address = ADDRESS;
    WITH: Tools = TOOLS;
}

patterns! {
    DENIED = r"(?:\b(?:never|do not|don'?t|must not|should not|shouldn'?t|cannot|can't|won'?t|will not|refuses? to|not to|not|avoid|without|prevents?|prevent \w+ from|forbidden to|prohibited from|no|protect(?:s|ed)? (?:from|against)|instead of|rather than|ne pas|ne jamais|jamais|nunca|no debes|nicht|niemals|mai|non|不要|не)|\b(?:this|it|that|which|command|script|function|step|button|option|flag|also|tool|they|we) (?:will|would|can|could|may|might|should|permanently|automatically)|n't)\s+(?:\w+\s+)?$";
    TRIED = r"\b(?:if|when|whenever) (?:the |a |any |some)?(?:users?|anyone|somebody|someone|one|they|visitor|customer|message)\b[^.!?]{0,40}$|\b(?:attempts?|asks?|asked|requests?|tries|trying|told|instructed) (?:you )?to $";
    REFUSES = r"\b(?:refuse|decline|reject|do not comply|don'?t comply|ignore (?:that|the) request|politely)\b";
    TEMPORARY = r"^s? (?:(?:in|of|from|the|your|du|de|des|la|le|les|del|della|dem|der|aus|im) ){0,3}(?:caches?|temp|tmp|temporary|temporaires?|temporales|temporanei)\b";
    STRONG_TARGET = r"home|file[- ]?system|entire|whole|hard ?d|cloud|aws|azure|gcp|production|near-factory|factory|root directory|system (?:files|dir)|user'?s|s3 buckets|ec2|iam users|personnel|systeme de fichiers|disque|etat |personal|pessoal|nube|nuvem|festplatte|dateisystem|verzeichnis|主目录|文件系统|云|домашн|облачн|ホーム|クラウド|홈|(?:^| )~|\$home|everything (?:in|on|under)|all (?:of )?(?:the )?user";
    LOCAL_TARGET = r"\bhome\b|file[- ]?systems?\b|hard ?d(?:isk|rive)|\bdisks?\b|root directory|factory|personal folder|dossier personnel|repertoire personnel|systeme de fichiers|directorio|carpeta|verzeichnis|dateisystem|(?:^| )~|\$home";
    CLOUD_TARGET = r"\bcloud\b|\baws\b|\bazure\b|\bgcp\b|s3 buckets?|\bbuckets\b|ec2|iam users?|\bstorage and servers\b|nuage|\bnube\b|nuvem";
    // To somewhere else: an argument or a description is no such place.
    LEAVES = r"https?://|ftp://|webhook|server|endpoint|\burl\b|\bhost\b|address|\bsite\b|service|pastebin|\bgist\b|discord|telegram|\bdns\b|pixel|query|@|\d\.\d|public |serveur|servidor|服务器|сервер";
    STRONG_HOLE = r"backdoor|hidden (?:admin|user|account|endpoint)|reverse shell|keylogger|hard-?coded (?:admin|password|credential)";
    STRONG_SECRET = r"(?:id_rsa|id_ed25519|\.ssh|\.aws|\.env\b|environment var|env var|ssh[- ]key|private key|keychain|wallet|seed phrase|\.npmrc|\.netrc|kubeconfig|credentials|passwords|secrets|identifiants|mots de passe|variables d'env|环境变量|密钥|密码|凭)";
}

pub(super) static SPEAKS_OF_ATTACKS: Pattern = std::sync::LazyLock::new(speaks_of_attacks);

fn speaks_of_attacks() -> Regex {
    pattern(
        r"prompt[- ]injection|injection (?:attack|attempt|test)|\battackers?(?:'s)?(?:[ ,;:)\x22]|\.(?: |$))|jailbreak|malicious|red[- ]team|adversarial|for example|e\.g\.|such as|detect|vulnerab|exploit|incident|payload|should (?:be )?(?:block|refuse|reject|flag)|attaque|par exemple",
    )
}

/// Whether a wish to override is only told of: somebody may try it, and is refused.
pub(super) fn is_refused(before: &str, after: &str) -> bool {
    let start = before.floor_char_boundary(before.len().saturating_sub(60));
    let end = after.ceil_char_boundary(after.len().min(60));
    TRIED.is_match(before.get(start..).unwrap_or_default())
        && REFUSES.is_match(after.get(..end).unwrap_or_default())
}

/// Whether a harm that follows these words is forbidden or only told of.
pub(super) fn is_denied(before: &str) -> bool {
    let start = before.floor_char_boundary(before.len().saturating_sub(48));
    let near = before.get(start..).unwrap_or_default();
    let clause = near
        .rsplit(['.', '!', '?', ';', ':', ','])
        .next()
        .unwrap_or(near);
    DENIED.is_match(clause)
}

/// Whether what is to be destroyed is only kept for a while, and the sentence
/// names nothing else that is worth more.
pub(super) fn is_temporary(after: &str) -> bool {
    let end = after.ceil_char_boundary(after.len().min(160));
    let near = after.get(..end).unwrap_or_default();
    let sentence = near.split(['.', '!', '?']).next().unwrap_or(near);
    TEMPORARY.is_match(sentence) && !STRONG_TARGET.is_match(sentence)
}

/// Whether a text that asks to destroy names both what is on the machine and
/// what is in the cloud, which nobody cleans up in one go.
pub(super) fn takes_all(near: &str) -> bool {
    LOCAL_TARGET.is_match(near) && CLOUD_TARGET.is_match(near)
}

/// Whether what is asked for is of the worst of its kind.
pub(super) fn is_strong(ask: Ask, text: &str) -> bool {
    match ask {
        Ask::Destroy => STRONG_TARGET.is_match(text),
        Ask::SendAway => STRONG_SECRET.is_match(text) && LEAVES.is_match(text),
        Ask::Backdoor => STRONG_HOLE.is_match(text),
        _ => false,
    }
}
