using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.UserAgents.Settings;

namespace ImageShare.Core.Sip.UserAgents.Loop;

/// <summary>
/// The methods and extensions of an agent, as its options state them and as RFC 3262 and RFC 4028 add to them. Immutable; for any thread.
/// </summary>
internal sealed class AgentCapabilities
{
    private readonly IReadOnlyList<string> _understood;
    private readonly string _allow;
    private readonly string _supported;

    public AgentCapabilities(SipUserAgentOptions options)
    {
        bool isReliable = options.Reliability != SipReliability.None;
        bool hasTimers = options.ShortestSessionInterval is not null;
        SipMethod[] methods = [.. isReliable ? [SipMethod.Prack] : Array.Empty<SipMethod>(), .. hasTimers ? [SipMethod.Update] : Array.Empty<SipMethod>()];
        Methods = [.. options.AllowedMethods.Union(methods)];
        Supported = Union(options.Supported, isReliable ? SipExtensions.Reliability : null);
        _allow = string.Join(", ", Methods);
        _supported = string.Join(", ", Supported);
        _understood = Union(Supported, hasTimers ? SipExtensions.SessionTimer : null);
    }

    /// <summary>The methods in Allow: the application's, PRACK with reliable provisional responses, UPDATE with session timers.</summary>
    public IReadOnlyList<SipMethod> Methods { get; }

    /// <summary>The extensions in Supported: the application's, and 100rel with reliable provisional responses.</summary>
    public IReadOnlyList<string> Supported { get; }

    /// <summary>
    /// What a request requires that this agent does not understand, as the value of Unsupported; empty when there is nothing (RFC 3261 §8.2.2.3). The
    /// timer extension is understood, but never offered.
    /// </summary>
    public string UnsupportedIn(SipRequest request) => request.Headers.Require is { Count: > 0 } required
        ? string.Join(", ", required.Except(_understood, StringComparer.OrdinalIgnoreCase))
        : string.Empty;

    public void AddAllow(SipResponse response) => AddAllow(response.Headers);

    /// <summary>Adds Allow and Supported where they are missing.</summary>
    public void AddTo(SipHeaders headers)
    {
        if (!headers.Contains(SipHeaderNames.Allow))
        {
            AddAllow(headers);
        }

        if (Supported.Count > 0 && !headers.Contains(SipHeaderNames.Supported))
        {
            headers.Add(SipHeaderNames.Supported, _supported);
        }
    }

    private void AddAllow(SipHeaders headers) => headers.Set(SipHeaderNames.Allow, _allow);

    private static string[] Union(IReadOnlyList<string> extensions, string? another) =>
        [.. extensions.Union(another is null ? [] : [another], StringComparer.OrdinalIgnoreCase)];
}
