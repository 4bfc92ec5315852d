using System.Collections.Immutable;
using ImageShare.Core.Sip.Dialogs;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.UserAgents.Loop;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sip.UserAgents.Requests;

/// <summary>Completes a request of the application (RFC 3261 §8.1.1), except for what depends on its destination.</summary>
internal static class RequestFiller
{
    // What is filled in here, and Via, Contact, User-Agent, Allow and Supported.
    private const int UsualRows = 12;

    private static readonly string[] Mandatory =
    [
        SipHeaderNames.Via, SipHeaderNames.Route, SipHeaderNames.MaxForwards, SipHeaderNames.From, SipHeaderNames.To, SipHeaderNames.CallId,
        SipHeaderNames.CSeq,
    ];

    /// <summary>A complete copy of a request outside a dialog, and its first hop. What the application wrote stays as it is.</summary>
    public static RoutedRequest Fill(SipRequest request, AgentContext agent) => Fill(request, agent, agent.Defaults.Route);

    /// <summary>The same with another route than the usual one, if the request has none of its own.</summary>
    public static RoutedRequest Fill(SipRequest request, AgentContext agent, IReadOnlyList<SipUri> route)
    {
        var filled = new SipRequest(request.Method, request.RequestUri, new SipHeaders(request.Headers.Count + UsualRows)) { Body = request.Body };
        SipHeaders from = request.Headers;
        RoutedRequest routed;
        if (from.Contains(SipHeaderNames.Route))
        {
            filled.Headers.AddAll(SipHeaderNames.Route, from);
            routed = RouteSet.AsWritten(filled);
        }
        else
        {
            ImmutableArray<NameAddress> routes = [.. route.Select(static uri => new NameAddress(uri))];
            routed = RouteSet.Apply(filled, routes, request.RequestUri);
        }

        NameAddress sender = from.From ?? agent.Defaults.Sender;
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

        agent.Product.AddTo(filled);
        return routed;
    }
}
