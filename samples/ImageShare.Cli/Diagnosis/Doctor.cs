using System.Diagnostics;
using System.Globalization;
using System.Net;
using ImageShare.Cli.Reporting;
using ImageShare.Cli.Shares;
using ImageShare.Core;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Registration;

namespace ImageShare.Cli.Diagnosis;

/// <summary>Goes the way of a share step by step, without an image, and says of each step whether it works and what to do.</summary>
internal sealed class Doctor(ImageShareOptions options, SipUri peer, IReporter reporter, CheckReport report)
{
    private const string NoAnswer = "See that the other side runs and that the port is right; a firewall on the way may drop what is sent.";

    private readonly LastAnswer _last = new();

    public async Task<Verdict> RunAsync(CancellationToken cancellationToken)
    {
        ImageShareOptions watched = options with
        {
            Registration = null,
            Trace = message =>
            {
                _last.Look(message);
                options.Trace?.Invoke(message);
            },

            // One that is not registered now is a finding.
            Limits = options.Limits with { QueryRetryDelays = [] },
        };
        await using ImageShareClient client = await ImageShareClient.StartAsync(watched, cancellationToken);
        var hop = Hop.Of(options, peer);
        var names = new NameCheck(options.Resolver);
        report.Add(await names.RunAsync(hop, cancellationToken));
        Check own = OwnAddressCheck.Before(options, client.Address, names.EndPoints);
        report.Add(own);
        if (own.Verdict == Verdict.Ok && names.EndPoints.Count > 0)
        {
            await ConnectAsync(hop, names.EndPoints, cancellationToken);
            await RegisterAsync(client, cancellationToken);
            await QueryAsync(client, cancellationToken);
            if (options.Registration is not null)
            {
                await client.UnregisterAsync(CancellationToken.None);
            }
        }

        report.End();
        return report.Worst;
    }

    private static Verdict VerdictOf(ImageShareCapabilities capabilities) => capabilities.Support switch
    {
        ImageShareSupport.Yes => Verdict.Ok,
        ImageShareSupport.Unknown => Verdict.Unknown,
        _ when ReachedPeer.Of(capabilities).Name is "reached" or null => Verdict.NotCapable,
        _ => Verdict.Failed,
    };

    private async Task ConnectAsync(Hop hop, IReadOnlyList<IPEndPoint> places, CancellationToken cancellationToken)
    {
        (Check check, IPEndPoint? open) = await PortCheck.RunAsync(hop, places, options, cancellationToken);
        report.Add(check);
        if (hop.IsTls && open is not null)
        {
            report.Add(await CertificateCheck.RunAsync(hop, open, options, cancellationToken));
        }
    }

    private async Task RegisterAsync(ImageShareClient client, CancellationToken cancellationToken)
    {
        if (options.Registration is not { } wanted)
        {
            return;
        }

        try
        {
            SipRegistrationState state = await FirstRegistration.WaitAsync(client, wanted, options.Limits.AnswerTimeout, cancellationToken);
            string until = state.RegisteredUntil is { } time ? string.Create(CultureInfo.InvariantCulture, $" until {time.ToUniversalTime():HH:mm:ss} UTC") : string.Empty;
            report.Add(new Check("registration", Verdict.Ok, $"{options.Identity} is registered{until}; removed at the end.")
            {
                Details = [$"{state.BindingCount} bindings of this user{(state.IsBehindNat ? $"; the registrar sees {state.LearntAddress}, so there is a NAT between" : string.Empty)}"],
            });
        }
        catch (ImageShareException e)
        {
            report.Add(new Check("registration", Verdict.Failed, e.Message) { Details = e.SipStatus is { } status ? [$"SIP {status}"] : [] });
        }
    }

    private async Task QueryAsync(ImageShareClient client, CancellationToken cancellationToken)
    {
        long begun = Stopwatch.GetTimestamp();
        ImageShareCapabilities capabilities;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(options.Limits.AnswerTimeout);
        try
        {
            reporter.Asking(peer);
            capabilities = await client.QueryCapabilitiesAsync(peer, limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            report.Add(new Check("query", Verdict.Failed, $"{peer} did not answer within {options.Limits.AnswerTimeout.TotalSeconds} s.") { Advice = NoAnswer });
            return;
        }
        catch (ImageShareException e)
        {
            report.Add(new Check("query", Verdict.Failed, e.Message)
            {
                Advice = e.Error switch
                {
                    ImageShareError.NoAnswer => NoAnswer,
                    ImageShareError.CertificateNotTrusted => "See the certificate above; --tls-trust FILE adds an authority.",
                    _ => null,
                },
            });
            return;
        }

        string software = capabilities.Software is { } name ? $", from {name}" : string.Empty;
        report.Add(new Check(
            "query",
            VerdictOf(capabilities),
            string.Create(CultureInfo.InvariantCulture, $"OPTIONS was answered with {capabilities.SipStatus} over {_last.Protocol?[4..] ?? "SIP"} in {Stopwatch.GetElapsedTime(begun).TotalMilliseconds:0} ms{software}."))
        {
            Advice = capabilities.Support switch
            {
                ImageShareSupport.Yes => null,
                ImageShareSupport.Unknown => capabilities.Message ?? "The answer does not say what the peer supports: 'imageshare send --no-query' invites it without asking.",
                _ => Spectre.Console.Markup.Remove($"The peer {ReachedPeer.Of(capabilities).Words(capabilities.SipStatus)}"),
            },
        });
        if (_last.Answer is { IsSuccess: true } answer)
        {
            report.Add(AnswerCheck.OfTags(answer, capabilities));
            report.Add(AnswerCheck.OfSdp(answer, capabilities));
        }

        if (capabilities.CanShareImages)
        {
            report.Add(AnswerCheck.OfMsrp(_last.Answer));
        }

        report.Add(OwnAddressCheck.After(options, client.Address, _last.Answer?.Headers.TopVia, _last.Remote?.Address));
    }
}
