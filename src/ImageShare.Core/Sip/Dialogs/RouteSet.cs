using System.Collections.Immutable;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Sip.Messages;

namespace ImageShare.Core.Sip.Dialogs;

/// <summary>A request and its next hop: the first Route if it is a loose router, otherwise the Request-URI (RFC 3261 §12.2.1.1).</summary>
internal readonly record struct RoutedRequest(SipRequest Request, SipUri NextHop);

/// <summary>The route of a request, as Route headers and Request-URI (RFC 3261 §12.2.1.1, RFC 3261 §8.1.2).</summary>
internal static class RouteSet
{
    /// <summary>Writes the route set into a request that has no Route yet.</summary>
    public static RoutedRequest Apply(SipRequest request, ImmutableArray<NameAddress> routes, SipUri target)
    {
        if (routes.IsDefaultOrEmpty)
        {
            request.RequestUri = target;
            return new(request, target);
        }

        SipUri first = routes[0].Uri;
        if (first.IsLooseRouter)
        {
            request.RequestUri = target;
            Add(request, routes);
            return new(request, first);
        }

        // RFC 3261 §12.2.1.1: the URI of a strict router (RFC 2543) becomes the Request-URI, and the target the last Route.
        request.RequestUri = first with { Headers = null, Parameters = first.Parameters.Without("method") };
        Add(request, routes.RemoveAt(0).Add(new NameAddress(target)));
        return new(request, request.RequestUri);
    }

    /// <summary>The next hop of a request whose Route the application wrote.</summary>
    public static RoutedRequest AsWritten(SipRequest request) =>
        new(request, request.Headers.Routes is [{ Uri: { IsLooseRouter: true } first }, ..] ? first : request.RequestUri);

    private static void Add(SipRequest request, ImmutableArray<NameAddress> routes)
    {
        foreach (NameAddress route in routes)
        {
            request.Headers.Add(SipHeaderNames.Route, route);
        }
    }
}
