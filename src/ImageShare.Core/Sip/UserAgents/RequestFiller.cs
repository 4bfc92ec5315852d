using System.Collections.Immutable;
using System.Text;
using ImageShare.Core.Sip.Authentication;
using ImageShare.Core.Sip.Dialogs;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sip.UserAgents;

/// <summary>Makes a request that the application began complete (RFC 3261 §8.1.1), all but what depends on its destination.</summary>
internal static class RequestFiller
{
    private static readonly string[] Mandatory =
    [
        SipHeaderNames.Via, SipHeaderNames.Route, SipHeaderNames.MaxForwards, SipHeaderNames.From, SipHeaderNames.To, SipHeaderNames.CallId,
        SipHeaderNames.CSeq,
    ];

    /// <summary>A complete copy of a request outside a dialog, and its first hop. What the application wrote stays as it is.</summary>
    public static RoutedRequest Fill(SipRequest request, SipUserAgentOptions options)
    {
        var filled = new SipRequest(request.Method, request.RequestUri) { Body = request.Body };
        SipHeaders from = request.Headers;
        RoutedRequest routed;
        if (from.Contains(SipHeaderNames.Route))
        {
            filled.Headers.AddAll(SipHeaderNames.Route, from);
            routed = RouteSet.AsWritten(filled);
        }
        else
        {
            ImmutableArray<NameAddress> routes = [.. options.Route.Select(static uri => new NameAddress(uri))];
            routed = RouteSet.Apply(filled, routes, request.RequestUri);
        }

        NameAddress sender = from.From ?? options.Identity with { Parameters = default };
        SipHeaders to = filled.Headers;
        to.Add(SipHeaderNames.MaxForwards, from.GetString(SipHeaderNames.MaxForwards) ?? "70");
        to.Add(SipHeaderNames.From, sender.Tag is null ? sender.WithTag(SipResponse.CreateTag()) : sender);
        to.Add(SipHeaderNames.To, from.To ?? new NameAddress(request.RequestUri));
        to.Add(SipHeaderNames.CallId, from.CallId ?? RandomToken.Create());
        to.Add(SipHeaderNames.CSeq, new CSeq(from.CSeq?.Number ?? 1, request.Method));
        for (int i = 0; i < from.Count; i++)
        {
            if (!Mandatory.Contains(from[i].Name, StringComparer.OrdinalIgnoreCase))
            {
                to.Add(from[i].Name, from[i].RawValue);
            }
        }

        AddUserAgent(filled, options);
        return routed;
    }

    public static void AddUserAgent(SipRequest request, SipUserAgentOptions options)
    {
        if (options.UserAgent is { } name && !request.Headers.Contains(SipHeaderNames.UserAgent))
        {
            request.Headers.Add(SipHeaderNames.UserAgent, name);
        }
    }

    /// <summary>Shows the credentials that server and proxy asked for before (RFC 3261 §22.3). Each call uses up one count of the nonces.</summary>
    public static void Authorize(RoutedRequest routed, DigestKeyring keyring)
    {
        foreach (DigestSpace space in Spaces(routed))
        {
            if (keyring.Authorize(space, routed.Request) is { } value)
            {
                routed.Request.Headers.Set(space.AnswerHeader, Encoding.UTF8.GetBytes(value));
            }
        }
    }

    /// <summary>Takes up the challenges of a 401 or 407; whether the request is worth sending again.</summary>
    public static bool TryLearn(RoutedRequest routed, SipResponse response, DigestKeyring keyring, ref DigestAttempts attempts)
    {
        if (response.StatusCode is not (401 or 407))
        {
            return false;
        }

        bool isProxy = response.StatusCode == 407;
        DigestSpace space = Spaces(routed).First(s => s.IsProxy == isProxy);
        return keyring.TryLearn(space, response.Headers.GetStrings(space.ChallengeHeader), out bool isStale)
            && attempts.TryAdd(isProxy, isStale, out attempts);
    }

    private static DigestSpace[] Spaces(RoutedRequest routed) =>
        [new(IsProxy: false, routed.Request.RequestUri.Host), new(IsProxy: true, routed.NextHop.Host)];
}
