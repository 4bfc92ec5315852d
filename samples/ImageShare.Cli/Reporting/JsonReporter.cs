using System.Text.Json;
using ImageShare.Cli.Shares;
using ImageShare.Core;
using ImageShare.Core.Diagnostics;
using ImageShare.Core.Images;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Registration;

namespace ImageShare.Cli.Reporting;

/// <summary>The events of docs/cli.md, for programs.</summary>
internal sealed class JsonReporter(JsonOutput output, TimeSpan timeout, bool isQuiet = false) : IReporter
{
    public void Listening(SipUri address) => Line("listening", json => json.WriteString("sip", address.ToString()));

    public void Registration(SipUri identity, SipRegistrationState state) => Line("registration", json => RegistrationJson.Write(json, identity, state));

    public Task RegisteringAsync(SipUri identity, Func<Task> register) => register();

    public void RegistrationDetails(SipRegistrationState state)
    {
        // No JSON event: each registration event has them.
    }

    public void Asking(SipUri peer)
    {
        // No JSON event: a hint for people.
    }

    public void Invitation(ImageShareInvitation invitation) => Line("invitation", json =>
    {
        WriteName(json, ShareName.Of(invitation));
        json.WriteString("from", invitation.Caller.ToString());
        WriteOptional(json, "type", invitation.Image.Type?.Essence);
        if (invitation.Image.Size is { } size)
        {
            json.WriteNumber("size", size);
        }

        WriteOptional(json, "sha1", invitation.Image.Sha1);
        if (invitation.Image.ResumesAt > 0)
        {
            json.WriteNumber("resumesAt", invitation.Image.ResumesAt);
        }

        if (invitation.Icon is { } icon)
        {
            json.WriteStartObject("icon");
            json.WriteString("type", icon.Type.Essence);
            json.WriteNumber("size", icon.Content.Length);
            json.WriteEndObject();
        }
    });

    public void NoImages(string folder)
    {
        // No JSON event: the peer gets its answer.
    }

    public void NoIcon(string name, string reason)
    {
        // No JSON event: the image is sent all the same.
    }

    public void Request(ImageRequest request) => Line("request", json =>
    {
        json.WriteString("session", request.Id);
        json.WriteString("from", request.Caller.ToString());
        WriteOptional(json, "name", request.Wanted.Name);
        WriteOptional(json, "type", request.Wanted.Type?.Essence);
        if (request.Wanted.Size is { } size)
        {
            json.WriteNumber("size", size);
        }

        foreach (ImageHash hash in request.Wanted.Hashes)
        {
            json.WriteString(hash.Algorithm.Replace("-", string.Empty, StringComparison.Ordinal), Convert.ToHexString(hash.Value.AsSpan()));
        }
    });

    public void Capabilities(SipUri peer, ImageShareCapabilities capabilities) => Line("capabilities", json =>
    {
        if (capabilities.Support is ImageShareSupport.Unknown)
        {
            json.WriteNull("imageShare");
        }
        else
        {
            json.WriteBoolean("imageShare", capabilities.CanShareImages);
        }

        json.WriteString("support", capabilities.Support switch { ImageShareSupport.Yes => "yes", ImageShareSupport.No => "no", _ => "unknown" });
        if (ReachedPeer.Of(capabilities).Name is { } reached)
        {
            json.WriteString("peer", reached);
        }

        json.WriteStartArray("types");
        foreach (string type in capabilities.AcceptedTypes)
        {
            json.WriteStringValue(type);
        }

        json.WriteEndArray();
        if (capabilities.MaxSize is { } maxSize)
        {
            json.WriteNumber("maxSize", maxSize);
        }

        if (capabilities.ServesImages is { } serves)
        {
            json.WriteBoolean("serves", serves);
        }

        json.WriteString("evidence", capabilities.Evidence switch
        {
            CapabilityEvidence.Iari => "iari",
            CapabilityEvidence.Sdp => "sdp",
            CapabilityEvidence.IariAndSdp => "iari+sdp",
            _ => "none",
        });
        json.WriteNumber("sipStatus", capabilities.SipStatus);
        if (capabilities.RedirectedTo.Count > 0)
        {
            json.WriteStartArray("redirectedTo");
            foreach (SipUri uri in capabilities.RedirectedTo)
            {
                json.WriteStringValue(uri.ToString());
            }

            json.WriteEndArray();
        }

        WriteOptional(json, "message", capabilities.Message);
    });

    public void Sending(string name, int number, int count)
    {
        // No JSON event: each line already names its session.
    }

    public void LeftOut(string path, string reason) => Line("leftOut", json =>
    {
        json.WriteString("path", path);
        json.WriteString("reason", reason);
    });

    public Task<T> ReadAsync<T>(string name, long? size, Func<Task<T>> read)
    {
        if (!isQuiet)
        {
            Line("reading", json =>
            {
                json.WriteString("name", name);
                if (size is { } bytes)
                {
                    json.WriteNumber("size", bytes);
                }
            });
        }

        return read();
    }

    public void Executed(ExecutedCommand command) => Line("executed", json =>
    {
        json.WriteString("program", command.Program);
        json.WriteString("path", command.Path);
        if (command.ExitStatus is { } status)
        {
            json.WriteNumber("exitStatus", status);
        }

        WriteOptional(json, "problem", command.Problem);
        json.WriteNumber("seconds", Math.Round(command.Took.TotalSeconds, 3));
    });

    public void Trace(ImageShareTraceEvent message)
    {
        // No JSON event: --trace writes messages to a file.
    }

    public async Task<ImageShareResult> FollowAsync(ImageShareSession session, CancellationToken cancellationToken)
    {
        IShareWatcher watcher = isQuiet ? new NoWatcher() : new JsonWatcher(session, output);
        FollowedResult followed = await FollowedShare.WaitAsync(session, watcher, timeout, TimeProvider.System, cancellationToken);
        ImageShareResult result = followed.Result;
        if (result.IsCompleted)
        {
            Line("completed", json =>
            {
                WriteName(json, ShareName.Of(session));
                json.WriteNumber("bytes", result.BytesTransferred);
                json.WriteNumber("seconds", Math.Round(followed.Took.TotalSeconds, 3));
                if (followed.Rate is { } rate)
                {
                    json.WriteNumber("bytesPerSecond", rate);
                }

                WriteOptional(json, "sha1", result.Sha1);
                json.WriteBoolean("verified", result.IsVerified);
                WriteOptional(json, "path", result.Stored?.Path);
                json.WriteStartArray("warnings");
                foreach (string warning in result.Warnings)
                {
                    json.WriteStringValue(warning);
                }

                json.WriteEndArray();
            });
        }
        else
        {
            Failed(result.Error, result.Message ?? string.Empty, result.SipStatus, result.MsrpStatus, ShareName.Of(session));
        }

        return result;
    }

    public void Failed(ImageShareError error, string message, int? sipStatus, int? msrpStatus, ShareName? of = null) => Line("failed", json =>
    {
        if (of is not null)
        {
            WriteName(json, of);
        }

        json.WriteString("error", error.ToString());
        if (sipStatus is { } sip)
        {
            json.WriteNumber("sipStatus", sip);
        }

        if (msrpStatus is { } msrp)
        {
            json.WriteNumber("msrpStatus", msrp);
        }

        json.WriteString("message", message);
    });

    public void WrongUsage(string message) => output.WrongUsage(message);

    internal static void WriteName(Utf8JsonWriter json, ShareName name)
    {
        WriteOptional(json, "session", name.Session);
        if (name.Index > 0)
        {
            json.WriteNumber("index", name.Index);
        }

        WriteOptional(json, "name", name.Image);
    }

    private static void WriteOptional(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }

    private void Line(string name, Action<Utf8JsonWriter> write) => output.Write(name, write);
}
