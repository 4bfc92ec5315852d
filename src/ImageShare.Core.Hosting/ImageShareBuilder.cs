using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace ImageShare.Core.Hosting;

/// <summary>What <see cref="ImageShareServiceCollectionExtensions.AddImageShare"/> returns, to say more about the client.</summary>
public sealed class ImageShareBuilder
{
    internal ImageShareBuilder(IServiceCollection services) => Services = services;

    /// <summary>The services of the host.</summary>
    public IServiceCollection Services { get; }

    /// <summary>
    /// Sets who handles invitations: a scoped service, so that its constructor can have others. Without a handler the application reads
    /// <see cref="IImageShareClient.Invitations"/> itself; invitations that nobody reads ring until their caller gives up. The last call counts.
    /// </summary>
    /// <typeparam name="THandler">The handler.</typeparam>
    public ImageShareBuilder UseHandler<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] THandler>()
        where THandler : class, IImageShareHandler
    {
        Services.Replace(ServiceDescriptor.Scoped<IImageShareHandler, THandler>());
        return this;
    }

    /// <summary>
    /// Changes the options of the client after the configuration was read, for what a configuration cannot say, such as a catalogue, a trace or a network of tests. Runs
    /// each time the options are made: at the start, and when the configuration changes.
    /// </summary>
    /// <param name="configure">Gets the options so far and the services of the host, and returns the options to use.</param>
    public ImageShareBuilder ConfigureClient(Func<ImageShareOptions, IServiceProvider, ImageShareOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        Services.AddOptions<ImageShareHostOptions>().Configure<IServiceProvider>((options, services) => options.Client = configure(options.Client, services));
        return this;
    }
}
