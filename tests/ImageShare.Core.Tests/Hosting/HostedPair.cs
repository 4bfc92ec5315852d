using ImageShare.Core.Hosting;
using ImageShare.Core.Net;
using ImageShare.Core.Sip;
using ImageShare.Core.Tests.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ImageShare.Core.Tests.Hosting;

/// <summary>A host with a client, configured as a file would, and Alice on the same in-memory network.</summary>
internal sealed class HostedPair : IAsyncDisposable
{
    private HostedPair(IHost host, ImageShareClient alice, CapturingLoggerFactory log, ReloadableSource settings)
    {
        Host = host;
        Alice = alice;
        Log = log;
        Settings = settings;
    }

    public IHost Host { get; }

    public ImageShareClient Alice { get; }

    public CapturingLoggerFactory Log { get; }

    public ReloadableSource Settings { get; }

    public IImageShareClient Bob => Host.Services.GetRequiredService<IImageShareHost>().Client;

    /// <summary>A host that is not started.</summary>
    public static IHost Build(ReloadableSource settings, CapturingLoggerFactory log, INetwork network, Action<ImageShareBuilder>? more = null)
    {
        HostApplicationBuilder builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        ((IConfigurationBuilder)builder.Configuration).Add(settings);
        builder.Services.AddSingleton<ILoggerFactory>(log);
        ImageShareBuilder imageShare = builder.Services.AddImageShare(builder.Configuration);
        imageShare.ConfigureClient((options, _) => options with { Network = network });
        builder.Services.AddHealthChecks().AddImageShare();
        more?.Invoke(imageShare);
        return builder.Build();
    }

    public static async Task<HostedPair> StartAsync(Action<ImageShareBuilder>? more = null, INetwork? network = null, params (string Name, string Value)[] settings)
    {
        network ??= new InMemoryNetwork();
        var source = new ReloadableSource([("Identity", "sip:bob@ims.example"), .. settings]);
        var log = new CapturingLoggerFactory();
        IHost host = Build(source, log, network, more);
        await host.StartAsync();
        ImageShareClient alice = await ImageShareClient.StartAsync(new ImageShareOptions { Identity = SipUri.Parse("sip:alice@ims.example"), Network = network });
        return new HostedPair(host, alice, log, source);
    }

    public async ValueTask DisposeAsync()
    {
        await Host.StopAsync().WaitAsync(SharePair.Patience);
        await ((IAsyncDisposable)Host).DisposeAsync();
        await Alice.DisposeAsync();
    }
}

/// <summary>A source of configuration in memory, whose values can be replaced while a program runs.</summary>
internal sealed class ReloadableSource((string Name, string Value)[] values) : ConfigurationProvider, IConfigurationSource
{
    public IConfigurationProvider Build(IConfigurationBuilder builder) => this;

    public override void Load() => Data = values.ToDictionary(static v => $"ImageShare:{v.Name}", static v => (string?)v.Value, StringComparer.OrdinalIgnoreCase);

    public void Change(params (string Name, string Value)[] changed)
    {
        foreach ((string name, string value) in changed)
        {
            Data[$"ImageShare:{name}"] = value;
        }

        OnReload();
    }
}
