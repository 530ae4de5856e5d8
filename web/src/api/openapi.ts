// SPDX-License-Identifier: Apache-2.0
// Generated from services/http/openapi/schemas.json by tests/web/types; do not edit.
export type components = {
    schemas: {
        Mac: string;
        Number: number;
        Limit: number;
        /** @enum {string} */
        DriveMode: "master" | "readonly" | "private" | "fresh";
        /** @enum {string} */
        Architecture: "bios" | "efi-ia32" | "efi-x64" | "efi-arm32" | "efi-arm64" | "raspberry-pi" | "unknown";
        /** @enum {string} */
        BootState: "running" | "waiting" | "booted" | "stalled" | "failed" | "gone";
        /** @enum {string} */
        Severity: "ok" | "note" | "warning" | "error";
        /** @enum {string} */
        Verdict: "ok" | "warn" | "fail";
        Anything: Record<string, unknown>;
        Nothing: Record<string, unknown>;
        Problem: {
            type: string;
            title: string;
            status: number;
            detail: string;
            hint?: string;
        };
        FirstVisit: {
            code: string;
            name: string;
            password: string;
        };
        LoginRequest: {
            name: string;
            password: string;
        };
        PasswordChange: {
            old: string;
            new: string;
        };
        Me: {
            user: string | null;
            /** @enum {string} */
            right: "anyone" | "read" | "write" | "admin" | "control";
            /** @enum {string} */
            via: "nothing" | "login" | "token" | "file-token" | "socket" | "proxy";
            first_visit: boolean;
            refused: string | null;
        };
        Login: {
            id: string;
            user: string;
            /** Format: date-time */
            created: string;
            /** Format: date-time */
            seen: string;
            /** Format: date-time */
            expires: string;
            address: string | null;
            agent: string;
            current: boolean;
        };
        User: {
            name: string;
            /** @enum {string} */
            role: "viewer" | "admin";
            /** Format: date-time */
            created: string;
            /** Format: date-time */
            password_changed: string;
        };
        NewUser: {
            name: string;
            /** @enum {string} */
            role: "viewer" | "admin";
            password: string;
        };
        UserChange: {
            /** @enum {string} */
            role?: "viewer" | "admin";
            password?: string;
        };
        Token: {
            id: number;
            name: string;
            /** @enum {string} */
            scope: "read" | "write" | "admin";
            owner: string | null;
            /** Format: date-time */
            created: string;
            /** Format: date-time */
            expires: string | null;
            /** Format: date-time */
            used: string | null;
        };
        MadeToken: {
            id: number;
            name: string;
            /** @enum {string} */
            scope: "read" | "write" | "admin";
            owner: string | null;
            /** Format: date-time */
            created: string;
            /** Format: date-time */
            expires: string | null;
            /** Format: date-time */
            used: string | null;
            token: string;
        };
        NewToken: {
            name: string;
            /** @enum {string} */
            scope: "read" | "write" | "admin";
            expires_days?: number | null;
        };
        Change: {
            id: number;
            /** Format: date-time */
            time: string;
            who: string;
            address: string | null;
            method: string;
            path: string;
            status: number;
            note: string;
        };
        Health: {
            status: string;
            version: string;
            /** Format: date-time */
            started: string;
            uptime_seconds: number;
            interface: string;
            server_address: string;
            /** @enum {string} */
            dhcp_mode: "proxy" | "server" | "off";
            ports: {
                dhcp: number;
                pxe: number;
                tftp: number;
                http: number;
                https?: number;
                iscsi: number;
            };
            clients: number;
            images: number;
            sessions: number;
            warnings: string[];
        };
        Summary: {
            version: string;
            /** Format: date-time */
            started_at: string;
            clients: number;
            clients_running: number;
            clients_unknown: number;
            images: number;
            sessions: number;
            jobs_running: number;
            boots_24h: number;
            failed_boots_24h: number;
            last_failed_boot_client: string | null;
            last_failed_boot_mac: string | null;
            last_failed_boot_at: string | null;
            last_failed_boot_reason: string | null;
            other_dhcp_servers: number;
            bytes_free: number;
            read_bytes_per_second: number;
            write_bytes_per_second: number;
        };
        Alive: {
            status: string;
        };
        HealthOrAlive: components["schemas"]["Health"] | components["schemas"]["Alive"];
        Drive: {
            image: string;
            mode: components["schemas"]["DriveMode"];
            quota?: number | null;
        };
        Boot: {
            /** @constant */
            kind: "wait";
        } | {
            /** @constant */
            kind: "local";
        } | {
            /** @constant */
            kind: "shell";
        } | {
            /** @constant */
            kind: "poweroff";
        } | {
            /** @constant */
            kind: "disks";
            drives: components["schemas"]["Drive"][];
            keep_san?: boolean;
        } | {
            /** @constant */
            kind: "kernel";
            kernel: string;
            initrds?: string[];
            command_line?: string;
        } | {
            /** @constant */
            kind: "floppy";
            image: string;
            mode?: components["schemas"]["DriveMode"];
            quota?: number | null;
            memdisk?: boolean;
        } | {
            /** @constant */
            kind: "cd";
            image: string;
            mode?: components["schemas"]["DriveMode"];
            quota?: number | null;
        } | {
            /** @constant */
            kind: "installer";
            drives: components["schemas"]["Drive"][];
            kernel: string;
            initrds?: string[];
            command_line?: string;
        } | {
            /** @constant */
            kind: "windows";
            drives: components["schemas"]["Drive"][];
            wimboot?: string;
            files?: string[];
        } | {
            /** @constant */
            kind: "iso";
            iso: string;
        } | {
            /** @constant */
            kind: "efi";
            program: string;
            arguments?: string;
        } | {
            /** @constant */
            kind: "ipxe";
            url: string;
        };
        Entry: {
            name: string;
            boot: components["schemas"]["Boot"];
        };
        Offered: {
            name: string;
            group: string | null;
            boot: components["schemas"]["Boot"];
        };
        Variables: {
            [key: string]: string;
        };
        Seconds: number | null;
        Then: components["schemas"]["Boot"] | {
            /** @constant */
            kind: "group";
            group: string;
        } | {
            /** @constant */
            kind: "client";
            client: string;
        } | {
            /** @constant */
            kind: "menu";
        } | {
            /** @constant */
            kind: "ignore";
        };
        Group: {
            name: string;
            entries: components["schemas"]["Entry"][];
            default_entry: string | null;
            menu_timeout: components["schemas"]["Seconds"];
            variables: components["schemas"]["Variables"];
            clients: components["schemas"]["Mac"][];
        };
        GroupChange: {
            entries?: components["schemas"]["Entry"][];
            default_entry?: string | null;
            menu_timeout?: components["schemas"]["Seconds"];
            variables?: components["schemas"]["Variables"];
        };
        Rule: {
            mac: string | null;
            uuid: string | null;
            serial: string | null;
            architecture: components["schemas"]["Architecture"] | null;
            then: components["schemas"]["Then"];
        };
        Rules: {
            rules: components["schemas"]["Rule"][];
        };
        NewRule: {
            mac?: string | null;
            uuid?: string | null;
            serial?: string | null;
            architecture?: components["schemas"]["Architecture"] | null;
            then: components["schemas"]["Then"];
        };
        NewRules: {
            rules: components["schemas"]["NewRule"][];
        };
        Defaults: {
            unknown: components["schemas"]["Then"];
        };
        Flag: boolean;
        SetupImage: {
            name: string;
            format: string;
            block_size: number;
            physical_block_size: number;
            removable: boolean;
            thick: boolean;
        };
        SetupGroup: {
            name: string;
            entries: components["schemas"]["Entry"][];
            default_entry: string | null;
            menu_timeout: components["schemas"]["Seconds"];
            variables: components["schemas"]["Variables"];
        };
        SetupClient: {
            mac: components["schemas"]["Mac"];
            name: string;
            entries: components["schemas"]["Entry"][];
            default_entry: string | null;
            menu_timeout: components["schemas"]["Seconds"];
            groups: string[];
            variables: components["schemas"]["Variables"];
            reserved_address: string | null;
            access: {
                /** @enum {string} */
                auth: "boot" | "none" | "chap" | "mutual";
                initiator: string | null;
                user: string | null;
                from: string | null;
            };
            quirks: {
                /** @enum {string} */
                proxy_form: "auto" | "option43" | "binl";
                loader: string | null;
                tftp_no_options: boolean;
                tftp_block_size: number | null;
                serial_console: number | null;
            };
        };
        SetupTemplate: {
            name: string;
            text: string;
        };
        Setup: {
            /** @constant */
            bootferry: 1;
            images: components["schemas"]["SetupImage"][];
            groups: components["schemas"]["SetupGroup"][];
            rules: components["schemas"]["Rule"][];
            default: components["schemas"]["Then"];
            clients: components["schemas"]["SetupClient"][];
            templates: components["schemas"]["SetupTemplate"][];
        };
        SetupToApply: {
            /** @constant */
            bootferry: 1;
            images?: {
                name: string;
                format?: string;
                block_size?: number;
                physical_block_size?: number;
                removable?: boolean;
                thick?: boolean;
            }[];
            groups?: {
                name: string;
                entries?: components["schemas"]["Entry"][];
                default_entry?: string | null;
                menu_timeout?: components["schemas"]["Seconds"];
                variables?: components["schemas"]["Variables"];
            }[];
            rules?: components["schemas"]["Rule"][];
            default?: components["schemas"]["Then"];
            clients?: {
                mac: components["schemas"]["Mac"];
                name?: string;
                entries?: components["schemas"]["Entry"][];
                default_entry?: string | null;
                menu_timeout?: components["schemas"]["Seconds"];
                groups?: string[];
                variables?: components["schemas"]["Variables"];
                reserved_address?: string | null;
                access?: components["schemas"]["AccessChange"];
                quirks?: components["schemas"]["QuirksChange"];
                boot?: components["schemas"]["Boot"];
            }[];
            templates?: components["schemas"]["SetupTemplate"][];
        };
        SetupChange: {
            /** @enum {string} */
            what: "image" | "group" | "client" | "rules" | "default" | "template";
            name: string;
            /** @enum {string} */
            change: "create" | "update" | "same" | "refused" | "skipped";
            why: string | null;
        };
        SetupVerdict: {
            dry_run: boolean;
            refused: boolean;
            changes: components["schemas"]["SetupChange"][];
        };
        RestoreVerdict: {
            dry_run: boolean;
            /** Format: date-time */
            made: string;
            clients: number;
            images: number;
            files: string[];
            left_out: string[];
        };
        TemplateSummary: {
            name: string;
            own: boolean;
            problem: string | null;
        };
        Template: {
            name: string;
            own: boolean;
            problem: string | null;
            text: string;
            built_in: string;
        };
        TemplateText: {
            text: string;
        };
        TemplateToPreview: {
            client: components["schemas"]["Mac"];
            text?: string;
        };
        TemplatePreview: {
            template: string;
            used: boolean;
            uses: string;
            made_up: boolean;
            script: string;
        };
        Script: {
            template: string;
            text: string;
            script: string;
        };
        NextBoot: null | string | components["schemas"]["Boot"];
        Quirks: {
            /** @enum {string} */
            proxy_form: "auto" | "option43" | "binl";
            learned_proxy_form: ("option43" | "binl") | null;
            loader: string | null;
            tftp_no_options: boolean;
            tftp_block_size: number | null;
            serial_console: number | null;
        };
        QuirksChange: {
            /** @enum {string} */
            proxy_form?: "auto" | "option43" | "binl";
            loader?: string | null;
            tftp_no_options?: boolean;
            tftp_block_size?: number | null;
            serial_console?: number | null;
        };
        BootSummary: {
            id: number;
            state: components["schemas"]["BootState"];
            stage: string;
            /** Format: date-time */
            started: string;
            code: string | null;
            reason: string | null;
            mend: string | null;
        };
        BootStep: {
            kind: string;
            /** Format: date-time */
            at: string;
            ms: number;
            last_ms: number;
            count: number;
            text: string;
            fields: {
                [key: string]: string;
            };
        };
        BootInList: {
            id: number;
            mac: components["schemas"]["Mac"];
            client: string | null;
            state: components["schemas"]["BootState"];
            stage: string;
            architecture: components["schemas"]["Architecture"] | null;
            firmware: string | null;
            decision: string | null;
            image: string | null;
            /** Format: date-time */
            started: string;
            /** Format: date-time */
            updated: string;
            /** Format: date-time */
            ended: string | null;
            code: string | null;
            reason: string | null;
            mend: string | null;
            bytes_read: number;
            bytes_written: number;
            /** Format: date-time */
            last_io: string | null;
        };
        BootRecord: {
            id: number;
            mac: components["schemas"]["Mac"];
            client: string | null;
            state: components["schemas"]["BootState"];
            stage: string;
            architecture: components["schemas"]["Architecture"] | null;
            firmware: string | null;
            decision: string | null;
            image: string | null;
            /** Format: date-time */
            started: string;
            /** Format: date-time */
            updated: string;
            /** Format: date-time */
            ended: string | null;
            code: string | null;
            reason: string | null;
            mend: string | null;
            bytes_read: number;
            bytes_written: number;
            /** Format: date-time */
            last_io: string | null;
            steps: components["schemas"]["BootStep"][];
        };
        Loader: {
            name: string;
            architecture: components["schemas"]["Architecture"];
            version: string | null;
            size: number;
            /** Format: date-time */
            modified: string;
            /** @enum {string} */
            source: "package" | "user" | "generated";
        };
        SentLoader: {
            architecture: components["schemas"]["Architecture"];
            /** @enum {string} */
            firmware: "pxe" | "http" | "ipxe-rom";
            loader: string | null;
            why_none: string | null;
        };
        LoaderList: {
            loaders: components["schemas"]["Loader"][];
            sent: components["schemas"]["SentLoader"][];
        };
        CheckLine: {
            id: string;
            verdict: components["schemas"]["Verdict"];
            text: string;
            mend: string | null;
        };
        SelfTest: {
            worst: components["schemas"]["Verdict"];
            lines: components["schemas"]["CheckLine"][];
        };
        Server: {
            address: string;
            mac: components["schemas"]["Mac"];
            /** @enum {string} */
            kind: "dhcp" | "pxe" | "proxy";
            boot_file: string | null;
            /** Format: date-time */
            first_seen: string;
            /** Format: date-time */
            last_seen: string;
        };
        Wake: {
            broadcast?: string;
        };
        Woken: {
            mac: components["schemas"]["Mac"];
            sent: string;
        };
        FloppyChange: {
            image: string;
        };
        Inserted: {
            mac: components["schemas"]["Mac"];
            image: string;
            before: string;
        };
        Assignment: {
            mac: components["schemas"]["Mac"];
            boot: components["schemas"]["Boot"];
        };
        Access: {
            /** @enum {string} */
            auth: "boot" | "none" | "chap" | "mutual";
            initiator: string | null;
            user: string | null;
            from: string | null;
            secret_set: boolean;
            target_secret_set: boolean;
        };
        AccessChange: {
            /** @enum {string} */
            auth?: "boot" | "none" | "chap" | "mutual";
            initiator?: string | null;
            user?: string | null;
            from?: string | null;
            secret?: string | null;
            target_secret?: string | null;
        };
        Client: {
            mac: components["schemas"]["Mac"];
            name: string | null;
            known: boolean;
            vendor: string | null;
            boot: components["schemas"]["Boot"];
            entries: components["schemas"]["Entry"][];
            default_entry: string | null;
            menu_timeout: components["schemas"]["Seconds"];
            next_boot: components["schemas"]["NextBoot"];
            groups: string[];
            variables: components["schemas"]["Variables"];
            offered: components["schemas"]["Offered"][];
            why: string | null;
            access: components["schemas"]["Access"];
            quirks: components["schemas"]["Quirks"];
            targets: string[];
            reserved_address: string | null;
            address: string | null;
            architecture: components["schemas"]["Architecture"] | null;
            uuid: string | null;
            serial: string | null;
            /** @enum {string} */
            state: "off" | "waiting" | "booting" | "on";
            /** Format: date-time */
            first_seen: string | null;
            /** Format: date-time */
            last_seen: string | null;
            last_boot: components["schemas"]["BootSummary"] | null;
        };
        ClientChange: {
            name?: string;
            boot?: components["schemas"]["Boot"];
            entries?: components["schemas"]["Entry"][];
            default_entry?: string | null;
            menu_timeout?: components["schemas"]["Seconds"];
            next_boot?: components["schemas"]["NextBoot"];
            groups?: string[];
            variables?: components["schemas"]["Variables"];
            reserved_address?: string | null;
            access?: components["schemas"]["AccessChange"];
            quirks?: components["schemas"]["QuirksChange"];
        };
        Image: {
            name: string;
            format: string;
            size: number;
            block_size: number;
            allocated: number;
            /** Format: date-time */
            created: string;
            removable: boolean;
            thick: boolean;
            physical_block_size: number;
            version: number;
            used_by: components["schemas"]["Mac"][];
            missing_files: string[];
            source?: {
                recognised: string;
                packing: string | null;
                sha256: string | null;
            };
        };
        ImagePath: string;
        ImageFile: {
            name: string;
            folder: boolean;
            size: number;
            modified: string | null;
        };
        ImageFolder: {
            image: string;
            version: number;
            path: components["schemas"]["ImagePath"];
            file_system: string;
            entries: components["schemas"]["ImageFile"][];
            truncated: boolean;
        };
        NewImage: {
            name: string;
            size?: number;
            source?: string;
            device?: string;
            /** @enum {string} */
            preset?: "blank" | "linux" | "dos" | "floppy-360" | "floppy-720" | "floppy-1200" | "floppy-1440" | "floppy-2880";
            /** @enum {unknown} */
            block_size?: 512 | 4096;
            removable?: boolean;
            thick?: boolean;
            /** @enum {unknown} */
            physical_block_size?: 512 | 4096;
            format?: string;
            sha256?: string;
            /** @constant */
            wait?: false;
        };
        NewSize: {
            size: number;
        };
        Comment: {
            comment?: string;
        };
        Rollback: {
            snapshot: number;
        };
        CloneName: {
            name: string;
        };
        CloneImage: {
            name: string;
            from?: number;
        };
        Publish: {
            comment?: string;
            from?: number;
        };
        OverlayExport: {
            path: string;
            /** @enum {string} */
            format?: "raw" | "qcow2";
        };
        ImageExport: {
            path: string;
            /** @enum {string} */
            format?: "raw" | "qcow2";
            version?: number;
        };
        Path: {
            path: string;
        };
        Version: {
            number: number;
            comment: string;
            /** Format: date-time */
            created: string;
            size: number;
            allocated: number;
            depth: number;
            used_by: string[];
        };
        Snapshot: {
            number: number;
            version: number;
            comment: string;
            /** Format: date-time */
            created: string;
            allocated: number;
        };
        Overlay: {
            mac: components["schemas"]["Mac"];
            image: string;
            mode: components["schemas"]["DriveMode"];
            version: number;
            current_version: number;
            behind: boolean;
            in_use: boolean;
            /** Format: date-time */
            created: string;
            size: number;
            allocated: number;
            quota: number | null;
            snapshots: components["schemas"]["Snapshot"][];
        };
        Finding: {
            severity: components["schemas"]["Severity"];
            code: string;
            sentence: string;
            mend: string;
            repairable: boolean;
        };
        Check: {
            image: string;
            /** @enum {string} */
            kind: "dos" | "mbr" | "gpt" | "floppy" | "volume" | "cd" | "blank" | "unknown";
            worst: components["schemas"]["Severity"];
            findings: components["schemas"]["Finding"][];
            mended: components["schemas"]["Finding"][];
        };
        Job: {
            id: number;
            kind: string;
            image: string;
            client: string | null;
            /** @enum {string} */
            state: "waiting" | "running" | "done" | "failed" | "cancelled";
            step: string | null;
            done: number;
            total: number;
            error: string | null;
            upload: string | null;
            /** Format: date-time */
            started: string;
            /** Format: date-time */
            ended: string | null;
            source: {
                recognised: string;
                packing: string | null;
                sha256: string | null;
            } | null;
        };
        Upload: {
            id: string;
            image: string;
            file_name: string;
            sha256: string | null;
            format: string | null;
            block_size: number;
            physical_block_size: number;
            removable: boolean;
            thick: boolean;
            offset: number;
            length: number;
            /** Format: date-time */
            expires: string;
        };
        Session: {
            id: number;
            target: string;
            initiator: string;
            mac: string | null;
            address: string;
            portal: string;
            isid: string;
            tsih: number;
            state: string;
            /** Format: date-time */
            since: string;
            header_digest: boolean;
            data_digest: boolean;
            limits: {
                send_segment: number;
                receive_segment: number;
                max_burst: number;
                first_burst: number;
                initial_r2t: boolean;
                immediate_data: boolean;
                max_outstanding_r2t: number;
            };
            bytes_read: number;
            bytes_written: number;
            commands: number;
            reads: number;
            writes: number;
            errors: number;
            queue_depth: number;
            highest_queue_depth: number;
            read_latency: {
                p50_us: number;
                p99_us: number;
            } | null;
            write_latency: {
                p50_us: number;
                p99_us: number;
            } | null;
            last_command: {
                name: string;
                ms_ago: number;
            } | null;
            image: string;
            drive: string;
            read_only: boolean;
        };
        Lease: {
            address: string;
            mac: components["schemas"]["Mac"];
            vendor: string | null;
            hostname: string | null;
            /** @enum {string} */
            state: "bound" | "released" | "declined" | "expired";
            /** Format: date-time */
            expires: string;
        };
        Network: {
            interface: string;
            address: string;
            network: string;
            /** @enum {string} */
            dhcp_mode: "proxy" | "server" | "off";
            pool: components["schemas"]["Pool"] | null;
        };
        Pool: {
            first: string;
            last: string;
            size: number;
            leased: number;
            reserved: number;
            declined: number;
            free: number;
            warning: string | null;
        };
        WebhookResult: {
            /** Format: date-time */
            at: string;
            kind: string;
            delivered: boolean;
            status: number | null;
            text: string;
            milliseconds: number;
        };
        Webhook: {
            number: number;
            address: string;
            events: string[];
            signed: boolean;
            failing_since: string | null;
            last: components["schemas"]["WebhookResult"] | null;
            delivered: number;
            lost: number;
            waiting: number;
        };
        /** @enum {string} */
        EventKind: "client-seen" | "client-changed" | "client-removed" | "assignment-changed" | "image-added" | "image-changed" | "image-removed" | "overlay-made" | "overlay-changed" | "space-low" | "dhcp-discover" | "dhcp-offer" | "dhcp-request" | "dhcp-ack" | "dhcp-nak" | "dhcp-decline" | "dhcp-release" | "dhcp-ignored" | "dhcp-other-server" | "dhcp-other-offer" | "dhcp-other-chosen" | "quirk-learned" | "pxe-request" | "tftp-start" | "tftp-progress" | "tftp-done" | "tftp-failed" | "file-progress" | "file-served" | "script-served" | "session-opened" | "session-closed" | "login-refused" | "boot-started" | "boot-step" | "boot-stalled" | "boot-ended" | "wake-sent" | "floppy-changed" | "job-started" | "job-progress" | "job-ended" | "webhook-failed" | "webhook-recovered" | "server-started" | "server-stopping";
        Event: {
            id: number;
            /** Format: date-time */
            time: string;
            kind: components["schemas"]["EventKind"];
            mac: string | null;
            address: string | null;
            text: string;
            fields: {
                [key: string]: string;
            };
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
};
