using System.Text.Json;
using ImageShare.Core;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Registration;

namespace ImageShare.Cli.Reporting;

/// <summary>A registration as the members of a JSON object, as docs/registration.md has them.</summary>
internal static class RegistrationJson
{
    public static void Write(Utf8JsonWriter json, SipUri identity, SipRegistrationState state)
    {
        json.WriteString("identity", identity.ToString());
        json.WriteString("status", state.Status switch
        {
            SipRegistrationStatus.Registering => "registering",
            SipRegistrationStatus.Registered => "registered",
            SipRegistrationStatus.Lost => "lost",
            SipRegistrationStatus.Refused => "refused",
            SipRegistrationStatus.Unregistering => "unregistering",
            _ => "unregistered",
        });
        WriteTime(json, "until", state.RegisteredUntil);
        if (state.IsRegistered)
        {
            WriteBinding(json, state);
        }

        WriteTime(json, "retryAt", state.RetryAt);
        if (state.Error != ImageShareError.None)
        {
            json.WriteString("error", state.Error.ToString());
        }

        if (state.SipStatus is { } status)
        {
            json.WriteNumber("sipStatus", status);
        }

        if (state.Message is { } message)
        {
            json.WriteString("message", message);
        }
    }

    private static void WriteBinding(Utf8JsonWriter json, SipRegistrationState state)
    {
        json.WriteNumber("bindingCount", state.BindingCount);
        json.WriteStartArray("bindings");
        foreach (SipBinding binding in state.Bindings)
        {
            json.WriteStartObject();
            json.WriteString("contact", binding.Uri.ToString());
            json.WriteNumber("expires", (long)binding.Expiry.TotalSeconds);
            json.WriteBoolean("own", binding.IsOwn);
            if (binding.InstanceId is { } instance)
            {
                json.WriteString("instance", instance);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        WriteUris(json, "associatedUris", state.AssociatedUris);
        WriteUris(json, "serviceRoute", state.ServiceRoute);
        json.WriteBoolean("outbound", state.UsesOutbound);
        json.WriteBoolean("behindNat", state.IsBehindNat);
        if (state.LearntAddress is { } seen)
        {
            json.WriteString("seenAs", seen.ToString());
        }
    }

    private static void WriteUris(Utf8JsonWriter json, string name, IReadOnlyList<SipUri> uris)
    {
        json.WriteStartArray(name);
        foreach (SipUri uri in uris)
        {
            json.WriteStringValue(uri.ToString());
        }

        json.WriteEndArray();
    }

    private static void WriteTime(Utf8JsonWriter json, string name, DateTimeOffset? time)
    {
        if (time is { } at)
        {
            json.WriteString(name, at.ToUniversalTime());
        }
    }
}
