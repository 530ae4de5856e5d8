// SPDX-License-Identifier: Apache-2.0
// Short names for what the API takes and answers: openapi.ts has the shapes, docs/api.md what they mean. Times are RFC 3339 in
// UTC, sizes are bytes.
import type { components } from './openapi';

type Schemas = components['schemas'];

// What machines boot ------------------------------------------------------------------------------------------------

export type DriveMode = Schemas['DriveMode'];
export type Drive = Schemas['Drive'];
/** What a client does when it netboots. A file is a URL, or a path in the server's folder `files`. */
export type Boot = Schemas['Boot'];
export type BootKind = Boot['kind'];
/** A line of a boot menu. */
export type Entry = Schemas['Entry'];
/** What a machine of a group, a rule or the default gets. */
export type Assignment = Schemas['Then'];
export type Group = Schemas['Group'];
/** For machines that have nothing of their own; null fits all, '*' stands for any text. */
export type Rule = Schemas['Rule'];
export type TemplateSummary = Schemas['TemplateSummary'];
export type Template = Schemas['Template'];
export type TemplatePreview = Schemas['TemplatePreview'];
export type BootScript = Schemas['Script'];
export type Loader = Schemas['Loader'];
export type LoaderList = Schemas['LoaderList'];

// Machines ----------------------------------------------------------------------------------------------------------

export type Architecture = Schemas['Architecture'];
export type Client = Schemas['Client'];
export type ClientState = Client['state'];
/** PUT /clients/{mac}: a key left out keeps its value. */
export type ClientChange = Schemas['ClientChange'];
/** What its firmware needs that others do not. */
export type Quirks = Schemas['Quirks'];
/** Who may open its disks; secrets are never told. */
export type Access = Schemas['Access'];
export type AccessChange = Schemas['AccessChange'];
export type BootState = Schemas['BootState'];
/** What a machine's row tells of its last boot. */
export type LastBoot = Schemas['BootSummary'];
export type BootInList = Schemas['BootInList'];
export type BootRecord = Schemas['BootRecord'];
/** One thing that happened in a boot, and its repetitions. */
export type BootStep = Schemas['BootStep'];

// Images ------------------------------------------------------------------------------------------------------------

export type Image = Schemas['Image'];
/** POST /images: a size may be left out where the preset has one. */
export type NewImage = Schemas['NewImage'];
export type Preset = NonNullable<NewImage['preset']>;
export type Version = Schemas['Version'];
export type Overlay = Schemas['Overlay'];
export type Snapshot = Schemas['Snapshot'];
export type Severity = Schemas['Severity'];
export type Finding = Schemas['Finding'];
export type Check = Schemas['Check'];
/** What is in a folder inside an image. */
export type ImageFolder = Schemas['ImageFolder'];
export type ImageFile = Schemas['ImageFile'];
export type Job = Schemas['Job'];
export type Upload = Schemas['Upload'];

// The network and the server ----------------------------------------------------------------------------------------

export type CheckLine = Schemas['CheckLine'];
export type SelfTest = Schemas['SelfTest'];
/** Another DHCP or PXE server of the LAN. */
export type OtherServer = Schemas['Server'];
export type Network = Schemas['Network'];
/** How full the addresses are that Bootferry hands out; each is in one of the four. */
export type Pool = Schemas['Pool'];
export type Lease = Schemas['Lease'];
export type Session = Schemas['Session'];
export type Latency = NonNullable<Session['read_latency']>;
export type Health = Schemas['Health'];
export type EventKind = Schemas['EventKind'];
export type Webhook = Schemas['Webhook'];
export type WebhookResult = Schemas['WebhookResult'];
export type ServerEvent = Schemas['Event'];
/** RFC 9457; a proxy's own error has none of it. */
export type ProblemBody = Partial<Schemas['Problem']>;

// People ------------------------------------------------------------------------------------------------------------

/** Who asks. */
export type Me = Schemas['Me'];
export type User = Schemas['User'];
export type Token = Schemas['Token'];
export type NewToken = Schemas['NewToken'];
export type Login = Schemas['Login'];
/** One line of the audit log. */
export type Change = Schemas['Change'];
